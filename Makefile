# Each target does its own set-up: Debian packages through apt (with sudo when not root).
.PHONY: demo test fuzz bench build install clean

PREFIX ?= /usr/local
CONFIGURATION = release
BIN = .build/$(CONFIGURATION)

# Reads both samples into stores with statistics, mixes them, and trains a small model on the mixture for two minutes.
demo: build
	@Scripts/demo $(BIN)

test:
	@Scripts/bootstrap
	@Scripts/check

# libFuzzer over what reads other people's bytes, FUZZ_SECONDS for each of six surfaces (60 unless told).
fuzz:
	@Scripts/bootstrap
	@Fuzz/run

# The programs, optimised; with Swift's own libraries inside, so that they run where no toolchain is.
build:
	@Scripts/bootstrap
	swift build -c $(CONFIGURATION) --static-swift-stdlib --product armature
	swift build -c $(CONFIGURATION) --static-swift-stdlib --product armature-rlds
	swift build -c $(CONFIGURATION) --static-swift-stdlib --product armature-curate
	swift build -c $(CONFIGURATION) --static-swift-stdlib --product armature-mixture
	swift build -c $(CONFIGURATION) --static-swift-stdlib --product armature-prefs
ifneq ($(ARMATURE_WITHOUT_TORCH),1)
	swift build -c $(CONFIGURATION) --static-swift-stdlib --product armature-train
endif

# Ratios against the physical limits and the peers; makes its own Python environments, .venv-bench and .venv-bench-model.
bench: build
	@Benchmarks/run
ifneq ($(ARMATURE_WITHOUT_TORCH),1)
	@Benchmarks/run-model
endif

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/armature
	install -m 755 $(BIN)/armature $(BIN)/armature-rlds $(BIN)/armature-curate $(BIN)/armature-mixture $(BIN)/armature-prefs \
		$(DESTDIR)$(PREFIX)/bin
	cp -r manifests $(DESTDIR)$(PREFIX)/share/armature/
ifneq ($(ARMATURE_WITHOUT_TORCH),1)
	install -m 755 $(BIN)/armature-train $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)$(PREFIX)/lib/armature
	cp -L .torch/lib/libtorch_cpu.so .torch/lib/libc10.so .torch/lib/libgomp* $(DESTDIR)$(PREFIX)/lib/armature/
endif

clean:
	rm -rf .build .build-fuzz demo
