"""The part of measure.py that is about mixtures: planning and building at scale, building and reading fast."""
import os
import pathlib
import shutil
import statistics

HERE = pathlib.Path(__file__).resolve().parent
EPISODES, FEW_EPISODES, SAMPLES = 970_000, 9_700, 200_000
PEER_SHARE = 10  # per cent of the large set that is read beside the peer: about 5,400 frames
KEEP = """name: keep
seed: 1
shard_size: 64MiB                         # so that there is work for every core
entries:
  - {{store: {store}, split: train}}
views: [primary, wrist]
"""
READ = """name: read
seed: 1
samples: {samples}
entries:
  - {{store: {store}, split: 'train[:{share}%]'}}
"""


class MixtureMeasurement:
    """`run` starts a process and returns its figures, wall time and peak memory; `say` tells how far things are."""

    def __init__(self, arguments, table, run, say, rounds, slow_rounds):
        self.program = os.environ["ARMATURE_MIXTURE"]
        self.arguments, self.table, self.run, self.say = arguments, table, run, say
        self.rounds, self.slow_rounds = rounds, slow_rounds
        self.work = arguments.work / "mixtures"
        self.cores = os.cpu_count() or 1

    def verb(self, *words):
        return self.run([self.program, *words, "--json"])

    def build(self, manifest, *extra):
        """Builds into an empty directory, which stays."""
        out = self.work / "built"
        shutil.rmtree(out, ignore_errors=True)
        return self.verb("build", manifest, "--out", out, "--workers", self.cores, *extra)

    def stores(self, episodes):
        manifest = self.work / f"synthetic-{episodes}" / "mixture.yaml"
        if not manifest.exists():
            self.say(f"making {episodes:,} episodes")
            self.run([self.arguments.python, HERE / "make_stores.py", manifest.parent, "--episodes", episodes,
                      "--samples", SAMPLES])
        return manifest

    def scale(self):
        self.work.mkdir(parents=True, exist_ok=True)
        many, few = self.stores(EPISODES), self.stores(FEW_EPISODES)
        plans, simulations, built = [], [], {many: [], few: []}
        few_plan = self.verb("plan", few)
        oxe = HERE.parent / "manifests/mixtures/oxe_magic_soup_plus.yaml"
        for number in range(self.rounds):
            self.say(f"mixtures at scale, round {number + 1} of {self.rounds}")
            simulations.append(self.verb("plan", oxe, "--simulate"))
            plans.append(self.verb("plan", many))
            for manifest, runs in built.items():
                runs.append(self.build(manifest, "--check-stores", "sizes"))
        checked = self.build(many)

        def median(runs):
            return statistics.median(run.wall for run in runs)

        def peak(runs):
            return max(run.peak for run in runs) / 1e6

        add = self.table.add
        add("`plan oxe_magic_soup_plus --simulate`", f"{median(simulations):.2f} s", "< 2 s", median(simulations) < 2)
        add("peak memory: the same", f"{peak(simulations):.0f} MB", "< 200 MB", peak(simulations) < 200)
        add(f"`plan`, {EPISODES:,} episodes in 12 stores", f"{median(plans):.2f} s", "< 10 s", median(plans) < 10)
        add("peak memory: the same", f"{peak(plans):.0f} MB")
        planned = {many: statistics.median(run.processor for run in plans), few: few_plan.processor}
        cost = {key: (statistics.median(run.processor for run in runs) - planned[key]) / SAMPLES * 1e6
                for key, runs in built.items()}
        for key, episodes in ((few, FEW_EPISODES), (many, EPISODES)):
            add(f"`build` of {SAMPLES:,} samples from {episodes:,} episodes, planning excluded",
                f"{cost[key]:.1f} µs of a processor a sample")
        ratio = cost[many] / cost[few]
        add("the same, many / few", f"{ratio:.2f}", "about 1", ratio <= 1.3)
        most = max(peak(built[many]), checked.peak / 1e6)
        add(f"peak memory: `build` from {EPISODES:,} episodes", f"{most:.0f} MB", "≤ 500 MB", most <= 500)
        add(f"`build` from {EPISODES:,} episodes, planning and digests of the stores included", f"{checked.wall:.1f} s")

    def store(self):
        """The large set as a store."""
        store = self.work / "stores" / self.arguments.dataset
        if not (store / "store.json").exists():
            self.run([os.environ["ARMATURE_RLDS"], "ingest", self.arguments.once, "--dataset", self.arguments.dataset,
                      "--out", store, "--workers", self.cores])
        return store

    def keep(self):
        manifest = self.work / "keep.yaml"
        manifest.write_text(KEEP.format(store=self.store()))
        rates, busy = {"digests": [], "sizes": []}, {"digests": [], "sizes": []}
        for number in range(self.rounds):
            self.say(f"build, round {number + 1} of {self.rounds}")
            for check, found in rates.items():
                run = self.build(manifest, "--check-stores", check)
                found.append(run.rate("bytes"))
                busy[check].append(run.figures["bytes"] * self.cores / run.processor)
        for check, words in (("sizes", "sizes of the store's files compared"), ("digests", "their digests")):
            rate = statistics.median(rates[check])
            self.table.add(f"`build`, frames kept, {self.cores} workers, {words}", f"{rate / 1e6:.0f} MB/s", "≥ 300 MB/s",
                           rate >= 300e6)
            self.table.add("the same, by processor time: on cores without other work",
                           f"{statistics.median(busy[check]) / 1e6:.0f} MB/s")

    def read(self):
        manifest = self.work / "read.yaml"
        manifest.write_text(READ.format(store=self.store(), share=PEER_SHARE, samples=1))
        frames = self.verb("plan", manifest).figures["datasets"][0]["frames"]
        manifest.write_text(READ.format(store=self.store(), share=PEER_SHARE, samples=frames))  # Each frame once.
        self.build(manifest)
        ours, bare, shares, peer, busy = {}, {}, {}, [], {"ours": [], "peer": []}
        for number in range(self.rounds):
            self.say(f"reading, round {number + 1} of {self.rounds}")
            for workers in sorted({1, self.cores}):
                run = self.verb("bench", self.work / "built", "--workers", workers, "--batch", 32, "--size", 224,
                                    "--samples", 1_000_000)
                figures = run.figures
                busy["ours"].append(run.processor / (2 * frames))  # The bare loop decodes them all too.
                ours.setdefault(workers, []).append(figures["frames_per_second"])
                bare.setdefault(workers, []).append(figures["bare_frames_per_second"])
                shares.setdefault(workers, []).append(figures["share"])
                if figures["frames"] != frames:
                    raise SystemExit(f"bench read {figures['frames']} frames of {frames}")
            if number < self.slow_rounds:
                run = self.run([self.arguments.python, HERE / "peer_openvla.py", self.arguments.once,
                                "--split", f"train[:{PEER_SHARE}%]", "--shuffle", 1000])
                if run.figures["frames"] != frames:
                    raise SystemExit(f"the peer read {run.figures['frames']} frames, we {frames}")
                peer.append(run.figures["frames_per_second"])
                busy["peer"].append(run.figures["processor_seconds"] / frames)
        for workers in ours:
            threads = f"{workers} worker{'s' if workers > 1 else ''}"
            self.table.add(f"read, {threads}: `bench`", f"{statistics.median(ours[workers]):,.0f} frames/s")
            self.table.add(f"read, {threads}: bare decode and resize", f"{statistics.median(bare[workers]):,.0f} frames/s")
            share = statistics.median(shares[workers])
            self.table.add(f"read / bare loop, workers: {workers}", f"{share:.2f}", "≥ 0.85", share >= 0.85)
        rate, theirs = statistics.median(ours[self.cores]), statistics.median(peer)
        self.table.add("OpenVLA's pipeline without goals, all cores", f"{theirs:,.0f} frames/s")
        self.table.add("read / OpenVLA's pipeline", f"{rate / theirs:.1f} ×", "≥ 4 ×", rate >= 4 * theirs)
        costs = {key: statistics.median(values) * 1e3 for key, values in busy.items()}
        self.table.add("the same, by processor time a frame",
                       f"{costs['peer']:.2f} ms / {costs['ours']:.2f} ms = {costs['peer'] / costs['ours']:.1f} ×")

    def sections(self):
        return (self.scale, self.keep, self.read)
