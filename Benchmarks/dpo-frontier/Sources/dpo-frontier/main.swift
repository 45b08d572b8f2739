internal import FoundationEssentials
internal import Frontier
internal import Glibc

// dpo-frontier [OUT] [--short | --pilot]: runs the sweep and writes results.json, frontier.svg and tables.md into OUT.
let arguments = CommandLine.arguments.dropFirst()
let sweep = arguments.contains("--short") ? Sweep.short : arguments.contains("--pilot") ? Sweep.pilot : Sweep()
let folder = arguments.first { !$0.hasPrefix("--") } ?? ".build/dpo-frontier"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
let clock = ContinuousClock()
let start = clock.now
// Each seed on one thread, two seeds at a time; what they give does not depend on that.
let experiments = try await withThrowingTaskGroup(of: Experiment.self) { group in
  var waiting = sweep.seeds[...]
  func begin() {
    guard let seed = waiting.popFirst() else { return }
    group.addTask { try Experiment(seed: seed, sweep: sweep) }
  }
  begin()
  begin()
  var finished: [Experiment] = []
  while let experiment = try await group.next() {
    finished.append(experiment)
    let seconds = (clock.now - start).components.seconds
    print("seed \(experiment.seed): \(experiment.runs.count) runs, \(seconds) s so far")
    fflush(nil)
    begin()
  }
  return finished.sorted { $0.seed < $1.seed }
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
