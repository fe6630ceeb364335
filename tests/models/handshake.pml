/* Typhon: reclamation of SHARED objects by handshake.  SPIN 6.5; compile pan with -DSAFETY -DCOLLAPSE.
 * One Promela step = one atomic access to memory that another thread may access.  Counts are modelled MERGED (a zero count always is).
 * Objects: 0 = X, which has a field, 1 = Y.  Slots: 0..ROOTS-1 are roots, slot ROOTS is X's field (reached only with X in a register).
 * Z = on some zero list; T = touched (a 0 -> 1 increment since its batch was sealed).
 * Every access to an object's header asserts that it has not been destroyed (ACC); destroy() asserts that no register and no slot has it.
 * Broken variants: B_NOTOUCH B_TDEC B_NOSCAN B_UNLIST B_LATESEAL B_NORECHECK B_EARLYACK B_TRANS B_BLINDACK B_SKIPSCN B_ONCE B_CLO_T0
 * -DCLOSURE adds the one-handshake death of X together with Y; -DNODETACH leaves out detaching (smaller)
 * RUN one-object: -DNT=2 -DNOFIELD -> ok
 * RUN no-touch: -DNT=2 -DNOFIELD -DB_NOTOUCH -> error
 * RUN touch-by-decrement: -DNT=2 -DNOFIELD -DB_TDEC -> error
 * RUN detached-not-scanned: -DNT=2 -DNOFIELD -DB_NOSCAN -> error
 * RUN early-acknowledgement: -DNT=2 -DNOFIELD -DB_EARLYACK -> error
 * RUN late-seal: -DNT=2 -DNOFIELD -DB_LATESEAL -> error
 * RUN blind-acknowledgement: -DNT=2 -DNOFIELD -DB_BLINDACK -> error
 * RUN unlist-without-recheck: -DNT=2 -DNOFIELD -DB_UNLIST -> error
 * RUN no-recheck-in-detach: -DNT=2 -DNOFIELD -DB_NORECHECK -> error
 * RUN recheck-once: -DNT=2 -DNOFIELD -DB_ONCE -> error
 * RUN child-freed-with-parent: -DNT=2 -DROOTS=1 -DB_TRANS -> error
 * RUN-SOAK field: -DNT=2 -DROOTS=1 -m2000000 -> ok
 * RUN-SOAK closure: -DNT=2 -DROOTS=1 -DCLOSURE -DNODETACH -m2000000 -> ok
 * RUN-SOAK closure-touch-at-zero: -DNT=2 -DROOTS=1 -DCLOSURE -DNODETACH -DB_CLO_T0 -m2000000 -> error
 * RUN-SOAK skip-scanned: -DNT=3 -DNOFIELD -DB_SKIPSCN -m2000000 -> error */
#ifndef NT
#define NT 2
#endif
#ifndef NR
#define NR 1
#endif
#ifndef ROOTS
#define ROOTS 1
#endif
#define NO 2
#ifdef NOFIELD
#define NS ROOTS
#define REACH(s) true
#else
#define NS (ROOTS+1)
#define REACH(s) ((s) < ROOTS || reg[R(0)] == 1 || (NR > 1 && reg[R(NR-1)] == 1))
#endif
#define S1 (NS > 1 -> 1 : 0)
#define S2 (NS > 2 -> 2 : 0)
#define FULL(s) (REACH(s) && slot[s])
#define OKST(s) (REACH(s) && !((s) == ROOTS && reg[R(r)] == 1))
#define ATT 0
#define DET 1
#define SCN 2
#define GONE 3
#define R(i) (me*NR+(i))
#define ACC(o) assert(!dead[o])
byte cnt[NO]; bool Z[NO]; bool T[NO]; bool dead[NO];
byte slot[NS];                            /* object+1 or 0 */
byte st[NT]; bool acked[NT];
byte reg[NT*NR]; bool regc[NT*NR];        /* object+1 or 0; counted? */
bool cur[(NT+1)*NO]; bool sealed[NT*NO];  /* zero lists; row NT = orphans of exited threads */
byte bst[NT];                             /* batch: 0 none, 1 sealed, waits for an announcement, 2 in flight, 3 complete */
bool K[NT];                               /* CLOSURE: Y is in the batch of this thread together with X */
bool inflight; bool want; byte remaining; byte nlive;

inline incr(o) {                          /* uncounted -> counted (R5): unconditional */
  atomic { ACC(o); was = cnt[o]; cnt[o]++ };
#if !defined(B_NOTOUCH) && !defined(B_TDEC)
#if defined(CLOSURE) && !defined(B_CLO_T0)
  if :: was == 0 || Z[o] -> atomic { ACC(o); T[o] = 1 } :: else fi;   /* Z is read after the increment */
#else
  if :: was == 0 -> atomic { ACC(o); T[o] = 1 } :: else fi;
#endif
#endif
  was = 0
}
inline decr(o) {
  atomic { ACC(o); assert(cnt[o] > 0); cnt[o]--; was = cnt[o] };
  if :: was == 0 ->
          atomic { ACC(o); was = 0; if :: !Z[o] -> Z[o] = 1; cur[me*NO+(o)] = 1
#ifdef B_TDEC
             :: else -> T[o] = 1
#else
             :: else
#endif
             fi }
     :: else -> was = 0 fi
}
inline announce() {                       /* under the registry lock: inside an atomic */
  inflight = 1; want = 0; remaining = nlive; duty = 1;
  q = 0; do :: q < NT -> acked[q] = (st[q] == GONE); if :: bst[q] == 1 -> bst[q] = 2 :: else fi; q++ :: else -> break od; q = 0
}
inline complete() {                       /* the last acknowledgement; chains the next announcement if one is wanted */
  inflight = 0;
  q = 0; do :: q < NT -> if :: bst[q] == 2 -> bst[q] = 3 :: else fi; q++ :: else -> break od; q = 0;
  if :: want && nlive > 0 -> announce() :: else -> want = 0 fi
}
inline ack(t) { atomic { assert(inflight && !acked[t]); acked[t] = 1; remaining--; if :: remaining == 0 -> complete() :: else fi } }
inline conv(x) {                          /* one register of a thread that is being scanned */
  if :: atomic { reg[x] && !regc[x] && Z[reg[x]-1] -> ACC(reg[x]-1) }; incr(reg[x]-1); regc[x] = 1 :: else fi
}
inline scan(t) {
  conv((t)*NR);
#if NR > 1
  conv((t)*NR+1);
#endif
  skip
}
inline safepoint() {
  if :: inflight && !acked[me] ->
#ifdef B_EARLYACK
        ack(me); scan(me)
#else
        scan(me); ack(me)
#endif
     :: else fi
}
inline scan_frozen(t) {                   /* t is SCN, ours */
  if :: inflight && !acked[t] ->
#ifndef B_NOSCAN
        scan(t);
#endif
        ack(t)
     :: else
#ifdef B_BLINDACK
        ; if :: inflight && !acked[t] -> ack(t) :: else fi
#endif
  fi;
  st[t] = DET
}
inline visit() {                          /* duty of whoever announced: scan the detached threads */
  do :: duty -> duty = 0; t = 0;
       do :: t < NT ->
#ifdef B_SKIPSCN
            if :: t == me || st[t] != DET
#else
            if :: t == me || st[t] == ATT || st[t] == GONE  /* SCN: wait */
#endif
               :: atomic { t != me && st[t] == DET -> st[t] = SCN }; scan_frozen(t)
            fi; t++
          :: else -> t = 0; break od
     :: else -> break od
}
inline unlist(o) {                        /* it has a count again: leave the list, unless it has just lost it again */
  atomic { ACC(o); Z[o] = 0 };
#ifndef B_UNLIST
  if :: atomic { cnt[o] == 0 -> ACC(o) }; atomic { ACC(o); if :: !Z[o] -> Z[o] = 1; cur[me*NO+(o)] = 1 :: else fi }
     :: else -> ACC(o) fi
#endif
}
inline seal1(o) {
  if :: cur[me*NO+o] -> atomic { cur[me*NO+o] = 0; ACC(o); T[o] = 0 };
        if :: atomic { cnt[o] == 0 -> ACC(o); sealed[me*NO+o] = 1 } :: else -> unlist(o) fi
     :: else fi
}
inline request() {
#ifdef B_LATESEAL
  atomic { if :: inflight -> bst[me] = 2 :: else -> bst[me] = 1; announce() fi }; seal1(0); seal1(1)
#else
  seal1(0); seal1(1);
#ifdef CLOSURE                            /* Y dies with X if X's field is its only reference: take it into the batch now */
  if :: sealed[me*NO] && slot[ROOTS] == 2 ->
        if :: atomic { !Z[1] -> ACC(1); Z[1] = 1; T[1] = 0 };
              if :: cnt[1] == 1 -> if :: slot[ROOTS] == 2 -> K[me] = 1 :: else -> unlist(1) fi
                 :: else -> unlist(1) fi
           :: else fi
     :: else fi;
#endif
  atomic { bst[me] = 1; if :: inflight -> want = 1 :: else -> announce() fi }
#endif
}
inline destroy(o) {
  atomic { ACC(o); dead[o] = 1; Z[o] = 0; T[o] = 0; assert(cnt[o] == 0);
    q = 0; do :: q < NT*NR -> assert(reg[q] != o+1); q++ :: else -> break od;
    q = 0; do :: q < NS -> assert(slot[q] != o+1); q++ :: else -> break od; q = 0;
#ifndef NOFIELD
    if :: o == 0 -> old = slot[ROOTS]; slot[ROOTS] = 0 :: else fi
#endif
  };
#ifdef B_TRANS
  if :: old -> atomic { cnt[old-1]--; if :: cnt[old-1] == 0 && !Z[old-1] -> dead[old-1] = 1;   /* free the child at once */
        q = 0; do :: q < NT*NR -> assert(reg[q] != old); q++ :: else -> break od; q = 0 :: else fi; old = 0 } :: else fi
#else
  if :: old -> decr(old-1); old = 0 :: else fi   /* a child that drops to 0 goes on the list: it needs its own handshake */
#endif
}
inline process1(o) {
  if :: sealed[me*NO+o] -> atomic { sealed[me*NO+o] = 0; ACC(o) };
        if :: cnt[o] != 0 -> unlist(o)
           :: else -> if :: T[o] -> cur[me*NO+o] = 1 :: else -> destroy(o) fi
        fi
     :: else fi
}
inline processK() {                       /* X and Y die together, or Y leaves the batch */
  if :: K[me] ->
        if :: cnt[0] == 0 -> was = 1 :: else fi;
        if :: was && !T[0] -> was = 2 :: else fi;
        if :: was == 2 && cnt[1] == 1 -> was = 3 :: else fi;
        if :: was == 3 && !T[1] -> was = 4 :: else fi;
        if :: was == 4 && slot[ROOTS] == 2 ->
              atomic { was = 0; K[me] = 0; ACC(0); ACC(1); dead[0] = 1; dead[1] = 1; slot[ROOTS] = 0; cnt[1] = 0; sealed[me*NO] = 0;
                q = 0; do :: q < NT*NR -> assert(reg[q] == 0); q++ :: else -> break od;
                q = 0; do :: q < NS -> assert(slot[q] == 0); q++ :: else -> break od; q = 0 }
           :: else -> was = 0; process1(0); unlist(1); K[me] = 0
        fi
     :: else fi
}
proctype thread(byte me) {
  byte was, q, t, s, r, old; bool duty, nap;
  do
  :: /* load a slot into a register: uncounted, writes nothing */
     atomic { if :: FULL(0) -> s = 0 :: NS > 1 && FULL(S1) -> s = 1 :: NS > 2 && FULL(S2) -> s = 2 fi; if :: r = 0 :: NR > 1 -> r = 1 fi };
     atomic { old = (regc[R(r)] -> reg[R(r)] : 0); reg[R(r)] = slot[s]; regc[R(r)] = 0; s = 0; r = 0 };
     if :: old -> decr(old-1); old = 0 :: else fi
  :: /* store a register into a slot: counted (X's field takes only Y) */
     atomic { if :: reg[R(0)] -> r = 0 :: NR > 1 && reg[R(NR-1)] -> r = 1 fi;
              if :: s = 0 :: NS > 1 && OKST(S1) -> s = 1 :: NS > 2 && OKST(S2) -> s = 2 fi };
     incr(reg[R(r)]-1);
     atomic { old = slot[s]; slot[s] = reg[R(r)]; s = 0; r = 0 };
     if :: old -> decr(old-1); old = 0 :: else fi
  :: /* clear a slot */
     atomic { if :: FULL(0) -> s = 0 :: NS > 1 && FULL(S1) -> s = 1 :: NS > 2 && FULL(S2) -> s = 2 fi; old = slot[s]; slot[s] = 0; s = 0 };
     decr(old-1); old = 0
  :: /* drop a register */
     atomic { if :: reg[R(0)] -> r = 0 :: NR > 1 && reg[R(NR-1)] -> r = 1 fi; old = (regc[R(r)] -> reg[R(r)] : 0); reg[R(r)] = 0; regc[R(r)] = 0; r = 0 };
     if :: old -> decr(old-1); old = 0 :: else fi
#if NR > 1
  :: /* copy a register: uncounted */
     atomic { reg[R(0)] && !regc[R(1)] && reg[R(1)] != reg[R(0)] -> reg[R(1)] = reg[R(0)] }
#endif
  :: inflight && !acked[me] -> safepoint(); visit()
  :: bst[me] == 0 && (cur[me*NO] || cur[me*NO+1]) -> safepoint(); visit(); request(); safepoint(); visit()
#ifdef CLOSURE
  :: bst[me] == 3 -> processK(); process1(0); process1(1); bst[me] = 0
#else
  :: bst[me] == 3 -> process1(0); process1(1); bst[me] = 0
#endif
#ifndef NODETACH
  :: /* detach; block (perhaps until others have done our duty); attach */
     safepoint(); visit();
     st[me] = DET;
#ifndef B_NORECHECK
     do :: inflight && !acked[me] ->      /* Dekker: an announcer that still saw us ATTACHED has left the scan to us */
             if :: atomic { st[me] == DET -> st[me] = SCN }; scan_frozen(me); visit() :: st[me] == SCN fi
#ifdef B_ONCE
             ; break
#endif
        :: else -> break od;
#endif
     if :: true :: nap = 1 fi;
     atomic { st[me] == DET && !(nap && inflight && !acked[me]) -> st[me] = ATT; nap = 0 }
#endif
  :: break
  od;
  /* exit: drop the registers, acknowledge, leave the registry, hand the lists to the orphans */
  atomic { old = (regc[R(0)] -> reg[R(0)] : 0); reg[R(0)] = 0; regc[R(0)] = 0 }; if :: old -> decr(old-1); old = 0 :: else fi;
#if NR > 1
  atomic { old = (regc[R(1)] -> reg[R(1)] : 0); reg[R(1)] = 0; regc[R(1)] = 0 }; if :: old -> decr(old-1); old = 0 :: else fi;
#endif
  atomic { q = 0; do :: q < NO -> if :: cur[me*NO+q] || sealed[me*NO+q] -> cur[NT*NO+q] = 1; cur[me*NO+q] = 0; sealed[me*NO+q] = 0 :: else fi; q++
                     :: else -> break od; q = 0;
    if :: K[me] -> K[me] = 0; cur[NT*NO+1] = 1 :: else fi;   /* (a claimed Y goes to the orphans like a listed one) */
    bst[me] = 0; st[me] = GONE; nlive--;
    if :: inflight && !acked[me] -> acked[me] = 1; remaining--; if :: remaining == 0 -> complete() :: else fi :: else fi };
  visit()
}
/* when all have gone: nothing is lost */
proctype audit() {
  byte o, n, q;
  atomic { nlive == 0 && _nr_pr == 2 -> assert(!inflight);
  do :: o < NO ->
    n = 0; q = 0; do :: q < NS -> if :: slot[q] == o+1 -> n++ :: else fi; q++ :: else -> break od;
    if :: dead[o] -> assert(n == 0)
       :: else -> assert(cnt[o] == n); assert(cnt[o] > 0 || (Z[o] && cur[NT*NO+o]))
    fi; o++
     :: else -> break od }
}
init {
  atomic {
    run audit();
    slot[0] = 1; cnt[0] = 1;
#ifndef NOFIELD
    slot[ROOTS] = 2; cnt[1] = 1;
#else
#if ROOTS > 1
    slot[1] = 2; cnt[1] = 1;
#else
    dead[1] = 1;
#endif
#endif
    nlive = NT;
    byte i; i = 0; do :: i < NT -> run thread(i); i++ :: else -> break od
  }
}
