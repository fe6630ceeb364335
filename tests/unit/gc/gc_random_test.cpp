// The random test of the reclaimer with cycles allowed, and the collectors running in between.
#define TY_TEST_CYCLES 1
#include "../object/reclaim_test.cpp"
