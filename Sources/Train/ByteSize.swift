import ArgumentParser

/// A number of bytes written as `5GB`, `200MB`, `64KB` or a plain number; units are powers of 1000.
struct ByteSize: ExpressibleByArgument, CustomStringConvertible {
  let byteCount: Int

  init(_ byteCount: Int) { self.byteCount = byteCount }

  init?(argument: String) {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("B", 1), ("", 1)]
    guard let (name, unit) = units.first(where: { argument.uppercased().hasSuffix($0.0) }),
      let number = Int(argument.dropLast(name.count)), number > 0, number <= Int.max / unit
    else { return nil }
    byteCount = number * unit
  }

  var description: String {
    byteCount % 1_000_000_000 == 0 ? "\(byteCount / 1_000_000_000)GB" : "\(byteCount)"
  }
}
