// Two native threads against one: what this machine can give at this moment. Prints the speed-up.
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void *spin(void *result) {
  unsigned long x = 88172645463325252ul;
  for (long i = 0; i < 60000000; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  *(unsigned long *)result = x;
  return NULL;
}

static double run(int threads) {
  pthread_t ids[2];
  unsigned long results[2][16];
  double start = now();
  for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, spin, &results[i][0]);
  for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  return now() - start;
}

int main(void) {
  double one = run(1), two = run(2), again = run(1);
  printf("%.3f\n", 2 * (one < again ? one : again) / two);
}
