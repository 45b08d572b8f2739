internal import ByteIO

/// The memory of this process.
public enum ProcessMemory {
  /// The most that was resident at a time, in bytes; mapped files count.
  public static func peak() throws -> Int {
    let text = String(decoding: try readFile("/proc/self/status", limit: 1 << 20), as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }
}
