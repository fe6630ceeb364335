// The data model links without the interpreter: everything below `vm` calls upward only through its tables.
// CMake links this program with the whole of ty_types and what it depends on, and nothing above.
int main() { return 0; }
