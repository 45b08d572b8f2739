internal import Frontier
internal import FoundationEssentials

// dpo-frontier [OUT] [--short]: runs the sweep and writes results.json, frontier.svg and tables.md into OUT.
let arguments = CommandLine.arguments.dropFirst()
let sweep = arguments.contains("--short") ? Sweep.short : Sweep()
let folder = arguments.first { !$0.hasPrefix("--") } ?? ".build/dpo-frontier"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
var experiments: [Experiment] = []
let clock = ContinuousClock()
let start = clock.now
for seed in sweep.seeds {
  experiments.append(try Experiment(seed: seed, sweep: sweep))
  print("seed \(seed): \(experiments.last?.runs.count ?? 0) runs, \((clock.now - start).components.seconds) s so far")
}
let results = Results(experiments, sweep: sweep)
let report = MarkdownReport(results, seeds: sweep.seeds.count)
for (name, text) in [("results.json", try results.json()), ("tables.md", report.text)] {
  try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
}
print(report.text)
print("written to \(folder)")
