internal import Glibc

/// The memory of this process.
public enum ProcessMemory {
  /// The most bytes that were resident at a time, mapped files included; 0 where the system does not tell.
  ///
  /// It is the high-water mark of this program alone, unlike `getrusage`, which begins with its parent's.
  public static var peak: Int {
    let descriptor = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return 0 }
    let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
    let fields = lines.first { $0.hasPrefix("VmHWM:") }?.split { $0 == " " || $0 == "\t" }
    return (fields?.dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }
}
