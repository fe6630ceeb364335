"""How a program finds out whether its threads run in parallel."""

import argparse
import platform
import sys
import sysconfig


def describe():
    supported = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    check = getattr(sys, "_is_gil_enabled", None)
    enabled = check() if check else True
    return supported, enabled


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="accepted like in the other examples")
    parser.parse_args()
    supported, enabled = describe()
    print(f"{platform.python_implementation()} {platform.python_version()}")
    print("built for free threading:", "yes" if supported else "no")
    print("the GIL is:", "on" if enabled else "off")
    print("ABI flags:", getattr(sys, "abiflags", "") or "none")
    print("threads run", "one at a time" if enabled else "in parallel")
    assert supported == ("t" in getattr(sys, "abiflags", ""))
    assert enabled or supported


if __name__ == "__main__":
    main()
