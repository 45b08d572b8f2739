public import ByteIO
public import JSON

/// The numbers of a training run, `metrics.jsonl`: one JSON object a line, whose first member is `step`.
///
/// The file only grows, a line with one write, so that it can be followed while the run goes on.
/// A run that is resumed from a checkpoint first cuts off what the file says of the steps after it.
public final class MetricsFile {
  /// The file's path.
  public let path: String
  private let file: AppendFile

  /// Opens the file at `path`, or creates it, and cuts off the lines whose step is over `step` and a last
  /// line that a crash left unfinished.
  ///
  /// Where something is to be cut off, the file is replaced in one step.
  ///
  /// - Throws: `FileError`; `RunLogError` that names the line for one that is no metrics line and not the last.
  /// - Complexity: O(*n*) time and memory in the size of the file.
  public init(path: String, resumingAfter step: Int) throws {
    self.path = path
    if Directory.entry(path) != .missing {
      let bytes = try readFile(path, limit: Self.byteLimit)
      let kept = try Self.lines(of: bytes, file: path).filter { $0.step <= step }
      var content: [UInt8] = []
      content.reserveCapacity(bytes.count)
      for line in kept {
        content += bytes[line.range]
        content.append(UInt8(ascii: "\n"))
      }
      if content != bytes { try AtomicFile.write(content, to: path) }
    }
    file = try AppendFile(path, .createOrContinue)
  }

  /// Appends `value`, an object whose first member is `step`, as one line.
  ///
  /// - Throws: `RunLogError` when `value` is something else; `FileError` when it cannot be written.
  public func append(_ value: JSONValue) throws {
    guard Self.step(of: value) != nil else {
      throw RunLogError(.bug, place: path, "a line must be an object whose first member is `step`, a whole number")
    }
    try file.append(Array((value.serialized() + "\n").utf8))
  }

  /// Flushes the lines to disk, which a checkpoint does before it counts on them.
  public func flush() throws(FileError) { try file.synchronize() }

  /// Returns the lines of the file at `path` in their order, without a last one that is unfinished.
  ///
  /// - Throws: `FileError`; `RunLogError` that names the line for one that is no metrics line and not the last.
  /// - Complexity: O(*n*) time and memory in the size of the file.
  public static func read(_ path: String) throws -> [JSONValue] {
    try lines(of: readFile(path, limit: byteLimit), file: path).map(\.value)
  }

  /// The largest file that is read, in bytes.
  static let byteLimit = 1 << 32

  private struct Line {
    let range: Range<Int>
    let step: Int
    let value: JSONValue
  }

  private static func lines(of bytes: [UInt8], file: String) throws(RunLogError) -> [Line] {
    var lines: [Line] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let problem: String
      do throws(JSONError) {
        let value = try JSONValue(parsing: Array(bytes[start..<end]), file: file)
        if let step = step(of: value) {
          lines.append(Line(range: start..<end, step: step, value: value))
          start = end + 1
          continue
        }
        problem = "an object whose first member is `step`, a whole number, expected"
      } catch {
        problem = "no JSON object (\(error.place)); the file was changed by something else, mend or remove the line"
      }
      if end + 1 >= bytes.count { break }
      throw RunLogError(place: "\(file): line \(lines.count + 1)", problem)
    }
    return lines
  }

  private static func step(of value: JSONValue) -> Int? {
    guard let first = value.members?.first, first.name == "step", case .integer(let step) = first.value else {
      return nil
    }
    return Int(step)
  }
}
