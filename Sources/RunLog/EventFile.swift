public import ByteIO
internal import Glibc
internal import TFRecord

/// A TensorBoard event file that grows while a run goes on: TFRecord frames around Protobuf `Event` messages.
///
/// Its name is `events.out.tfevents.<seconds since 1970, ten digits>.<host>.<process>.<number>`. TensorBoard
/// reads the files of a directory in the order of their names, so the seconds are later than those of every
/// event file that is there already, even where the clock went back.
public final class EventFile {
  /// One number under its name, such as `loss/train`; TensorBoard keeps 32 bits of it.
  public struct Scalar: Sendable, Equatable {
    public var tag: String
    public var value: Double

    /// Creates the scalar `value` under the name `tag`.
    public init(_ tag: String, _ value: Double) {
      self.tag = tag
      self.value = value
    }
  }

  /// Where a run writes from, which only shows in the file's name.
  public struct Origin: Sendable, Equatable {
    public var host: String
    public var process: Int

    /// Creates the origin of process number `process` on `host`.
    public init(host: String, process: Int) {
      self.host = host
      self.process = process
    }

    /// This process on this machine.
    public static var current: Origin {
      var name = [CChar](repeating: 0, count: 256)
      let isKnown = unsafe gethostname(&name, name.count - 1) == 0
      let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return Origin(host: isKnown && !host.isEmpty ? host : "localhost", process: Int(getpid()))
    }
  }

  /// The file's path.
  public var path: String { file.path }
  private let file: AppendFile
  private let clock: () -> Double

  /// Creates an event file in `directory`, which is created where it is missing.
  ///
  /// - Parameters:
  ///   - step: The last step that stands, when a run is resumed: TensorBoard forgets what earlier files of the
  ///     directory say of the steps after it. `nil` for a new run.
  ///   - clock: Seconds since 1970.
  public init(
    directory: String, resumingAfter step: Int? = nil, origin: Origin = .current,
    clock: @escaping () -> Double = EventFile.wallClock
  ) throws(FileError) {
    try Directory.create(directory)
    let time = clock()
    let now = time.isFinite ? Int(min(max(time, 0), Double(Self.lastSecond))) : 0
    let latest = try Directory.names(directory).compactMap(Self.seconds).max()
    let seconds = min(max(now, latest.map { $0 + 1 } ?? 0), Self.lastSecond)
    let digits = String(seconds)
    let padded = String(repeating: "0", count: 10 - digits.count) + digits
    let host = String(origin.host.map { $0 == "/" || $0.isWhitespace ? "-" : $0 })
    let name = "\(Self.prefix)\(padded).\(host).\(origin.process).0"
    file = try AppendFile(directory + "/" + name, .createNew)
    self.clock = clock
    var records = RecordWriter.framed(EventMessage.version(time: time))
    if let step { records += RecordWriter.framed(EventMessage.start(step: max(step, step &+ 1), time: time)) }
    try file.append(records)
  }

  /// Appends one event with `scalars` at `step`, with one write; none leave the file as it is.
  ///
  /// `time` is in seconds since 1970; the file's clock tells it where it is `nil`.
  public func scalars(_ scalars: [Scalar], step: Int, time: Double? = nil) throws(FileError) {
    guard !scalars.isEmpty else { return }
    try file.append(RecordWriter.framed(EventMessage.scalars(scalars, step: step, time: time ?? clock())))
  }

  /// Appends one event with the RGB picture `png` of `height` × `width` pixels at `step`, with one write.
  ///
  /// `time` is in seconds since 1970; the file's clock tells it where it is `nil`.
  public func image(
    _ tag: String, png: [UInt8], height: Int, width: Int, step: Int, time: Double? = nil
  ) throws(FileError) {
    let message = EventMessage.image(
      tag, png: png, height: height, width: width, step: step, time: time ?? clock())
    try file.append(RecordWriter.framed(message))
  }

  /// Flushes the events to disk.
  public func flush() throws(FileError) { try file.synchronize() }

  /// Returns the seconds since 1970 by this machine's clock.
  public static func wallClock() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static let prefix = "events.out.tfevents."
  private static let lastSecond = 9_999_999_999

  /// Returns the seconds in the name of an event file, `nil` for another file's.
  private static func seconds(_ name: String) -> Int? {
    guard name.hasPrefix(prefix) else { return nil }
    let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
    return digits.utf8.count == 10 ? Int(digits) : nil
  }
}
