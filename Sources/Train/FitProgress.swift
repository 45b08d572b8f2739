import CommandLineStage
import Glibc
import JSON
import Training

/// Says on standard error how a run goes: a line that rewrites itself on a terminal, else a line now and then.
struct FitProgress {
  private let isShown: Bool
  private let isTerminal: Bool
  private let config: FitConfig

  init(_ config: FitConfig, quiet: Bool) {
    isShown = !quiet
    isTerminal = isatty(STDERR_FILENO) == 1
    self.config = config
  }

  func show(_ report: StepReport) {
    guard isShown else { return }
    var line = "step \(report.step)" + (report.total.map { "/\($0)" } ?? "")
    line += "  loss \(formatDecimal(report.loss, places: 4))"
    for (label, text) in report.summary.highlights { line += "  \(label) \(text)" }
    line += "  lr \(rate(report.learningRate))"
    line +=
      "  \(Int(report.positionsPerSecond)) tokens/s  data wait \(formatDecimal(100 * report.waitShare, places: 1)) %"
    if let left = secondsLeft(report) { line += "  \(duration(left)) left" }
    var text = isTerminal ? "\r\(line)\u{1B}[K" : line + "\n"
    if isTerminal, report.step == report.total { text += "\n" }
    text.withUTF8 { buffer in _ = unsafe write(STDERR_FILENO, buffer.baseAddress, buffer.count) }
  }

  private func secondsLeft(_ report: StepReport) -> Double? {
    let bySteps = report.total.map { Double($0 - report.step) * report.secondsPerStep }
    let byTime = config.length.minutes.map { max(0, $0 * 60 - report.seconds) }
    guard let bySteps else { return byTime }
    return byTime.map { min($0, bySteps) } ?? bySteps
  }

  private func rate(_ value: Double) -> String { formatDecimal(value, places: value < 1e-4 ? 8 : 6) }

  private func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole < 60 { return "\(whole) s" }
    return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
