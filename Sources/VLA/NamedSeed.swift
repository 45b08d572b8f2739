internal import ByteIO

/// The seed of one named stream of random numbers of a run: the first 8 bytes of a SHA-256.
public struct NamedSeed: Sendable {
  public let value: UInt64

  public init(_ seed: UInt64, _ name: String) {
    let text = Array("\(seed) \(name)".utf8)
    value = SHA256Digest.hexadecimal(of: text).prefix(16).reduce(0) { $0 << 4 | UInt64($1.hexDigitValue ?? 0) }
  }
}
