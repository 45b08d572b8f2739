internal import Glibc
internal import JSON
internal import Synchronization

/// Progress with rate and time left: a line on standard error that rewrites itself, only on a terminal.
public final class ProgressLine: Sendable {
  private struct State {
    var done = 0
    var shownAt = ContinuousClock.now
  }

  private let state = Mutex(State())
  private let total: Int
  private let label: String
  /// What is counted; `nil` for bytes.
  private let unit: String?
  private let isShown: Bool
  private let start = ContinuousClock.now

  /// Begins progress over `total` bytes of what `label` names.
  public convenience init(_ label: String, totalBytes total: Int, options: StageOptions) {
    self.init(label, total, unit: nil, options)
  }

  /// Begins progress over `total` of `unit`, as in `episodes`.
  public convenience init(_ label: String, total: Int, unit: String, options: StageOptions) {
    self.init(label, total, unit: unit, options)
  }

  private init(_ label: String, _ total: Int, unit: String?, _ options: StageOptions) {
    self.label = label
    self.total = total
    self.unit = unit
    isShown = !options.quiet && isatty(STDERR_FILENO) == 1
  }

  /// Adds `count` that are done, and shows them now and then.
  public func advance(_ count: Int) {
    guard isShown else { return }
    state.withLock { state in
      state.done += count
      let now = ContinuousClock.now
      guard now - state.shownAt > .milliseconds(200) else { return }
      state.shownAt = now
      let seconds = max(seconds(since: start), 0.001)
      let rate = Double(state.done) / seconds
      let left = rate > 0 ? Double(max(0, total - state.done)) / rate : 0
      let percent = total > 0 ? 100 * state.done / total : 100
      let speed = unit.map { "\(Int(rate)) \($0)" } ?? formatBytes(Int(rate))
      Self.show("\r\(label) \(percent)%  \(speed)/s  \(Int(left.rounded(.up))) s left   ")
    }
  }

  /// Clears the line.
  public func finish() {
    if isShown { Self.show("\r\u{1B}[K") }
  }

  private static func show(_ text: String) {
    var text = text
    text.withUTF8 { buffer in _ = unsafe write(STDERR_FILENO, buffer.baseAddress, buffer.count) }
  }
}

/// Returns how many seconds have passed since `start`.
public func seconds(since start: ContinuousClock.Instant) -> Double { (ContinuousClock.now - start) / .seconds(1) }

/// Returns `count` in the largest fitting decimal unit: `12.3 MB`.
public func formatBytes(_ count: Int) -> String {
  var value = Double(count)
  for unit in ["B", "kB", "MB", "GB"] {
    if value < 1000 { return unit == "B" ? "\(count) B" : "\(formatDecimal(value, places: 1)) \(unit)" }
    value /= 1000
  }
  return "\(formatDecimal(value, places: 1)) TB"
}

/// A value that becomes known while others already look for it.
public final class LateValue<Value: Sendable>: Sendable {
  private let stored = Mutex<Value?>(nil)

  public init() {}

  /// The value, once it is known.
  public var value: Value? { stored.withLock { $0 } }

  /// Makes the value known.
  public func set(_ value: Value) { stored.withLock { $0 = value } }
}
