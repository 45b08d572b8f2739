internal import FoundationEssentials
internal import Frontier

// dpo-frontier [OUT] [--short | --pilot]: runs the sweep and writes results.json, frontier.svg and tables.md into OUT.
let arguments = CommandLine.arguments.dropFirst()
let sweep = arguments.contains("--short") ? Sweep.short : arguments.contains("--pilot") ? Sweep.pilot : Sweep()
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
let report = MarkdownReport(results)
let figure = FrontierFigure(experiments, summary: results.summary)
let files = [("results.json", try results.json()), ("frontier.svg", figure.svg), ("tables.md", report.text)]
for (name, text) in files {
  try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
}
print(report.text)
print("written to \(folder)")
