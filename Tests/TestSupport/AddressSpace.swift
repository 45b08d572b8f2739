import FoundationEssentials
import Glibc

/// The address space of this process: limiting it proves that something needs little memory.
///
/// Use it in exit tests only, since the limit stays.
public enum AddressSpace {
  /// A number in `/proc/self/status` that could not be read, or a limit that could not be set.
  public struct Unavailable: Error {}

  /// Allows the process `count` MiB more than it has mapped now; beyond them allocation fails, which ends it.
  public static func limit(toAdditionalMiB count: Int) throws {
    let pages = String(decoding: try Data(contentsOf: URL(filePath: "/proc/self/statm")), as: UTF8.self)
      .split(separator: " ").first.flatMap { Int($0) }
    guard let pages else { throw Unavailable() }
    let bytes = rlim_t(pages * 4096 + count << 20)
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { throw Unavailable() }
  }
}
