// main/main.cpp: the entry point of the interpreter.
int main() { return 0; }
