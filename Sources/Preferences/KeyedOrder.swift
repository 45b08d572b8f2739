internal import ByteIO

/// Chance that is a function of its key alone: for drawing without replacement and for splits.
///
/// Numbers are the first eight bytes of SHA-256 over the key's parts, each with its length before it, so that what a
/// group draws does not depend on which other groups there are.
public enum KeyedOrder {
  /// The number that belongs to `parts`.
  public static func number(_ parts: [String]) -> UInt64 {
    var digest = SHA256Digest()
    for part in parts {
      let bytes = Array(part.utf8)
      digest.update(Array("\(bytes.count):".utf8))
      digest.update(bytes)
    }
    return UInt64(digest.hexadecimal().prefix(16), radix: 16) ?? 0
  }

  /// The `count` elements that come first in the order drawn for `seed` and `key`, in their given order.
  static func drawn<Element>(
    _ elements: [Element], count: Int, seed: UInt64, key: [String], name: (Element) -> String
  ) -> [Element] {
    guard elements.count > count else { return elements }
    let ranked = elements.indices.map { (number([String(seed)] + key + [name(elements[$0])]), $0) }
      .sorted { $0 < $1 }
    return ranked.prefix(max(count, 0)).map(\.1).sorted().map { elements[$0] }
  }
}
