internal import ByteIO
internal import Glibc

/// What a program finds around it.
public enum ProcessEnvironment {
  /// Returns the environment variable `name`.
  public static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// The directory that the running program lies in.
  public static var executableDirectory: String? {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe readlink("/proc/self/exe", &path, path.count - 1)
    guard length > 0 else { return nil }
    return Directory.parent(of: String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
