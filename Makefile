# Typhon's front door. `make` sets the machine up and builds; see README.md.

PREFIX ?= /usr/local
ORACLE ?= $(TYPHON_ORACLE)

.PHONY: all setup build run test install soak compare bench lint clean distclean
all: build

setup:
	@tools/setup

build: setup
	@test -f build/build.ninja || cmake --preset release
	@cmake --build build
	@echo "built build/bin/typhon"

run: build
	@build/bin/typhon examples/primes.py

test: build
	@tools/ty test

install: build
	@cmake --install build --prefix "$(PREFIX)"

# The long runs: races repeated under the stress flags in release, tsan and dev builds.
soak: setup
	@tools/ty soak

# The test scripts and examples on CPython 3.13, to show that they test Python and not Typhon.
compare: setup
	@tools/ty compare $(if $(ORACLE),--oracle $(ORACLE))

bench: build
	@bench/run $(if $(ORACLE),--oracle $(ORACLE))

lint:
	@tools/ty lint

# clean keeps the fetched data; distclean removes every build folder.
clean:
	@test ! -f build/build.ninja || cmake --build build --target clean
	@rm -rf build-dev build-tsan build-debug build/lib build/logs

distclean:
	@rm -rf build build-dev build-tsan build-debug
