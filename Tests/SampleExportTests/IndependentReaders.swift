import JSON
import Testing

/// A regular file in a tar file, read apart from the library.
struct TarMember {
  let name: String
  let content: [UInt8]

  /// Returns the members of the tar file `bytes`, which must end with two blocks of zeros and have sound checksums.
  static func members(of bytes: [UInt8]) throws -> [TarMember] {
    try #require(bytes.count % 512 == 0)
    var members: [TarMember] = []
    var offset = 0
    while bytes[offset] != 0 {
      let header = Array(bytes[offset..<offset + 512])
      func text(_ range: Range<Int>) -> String {
        String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self)
      }
      let digits = text(124..<136)
      let size = try #require(Int(digits, radix: 8))
      var blank = header
      blank.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
      #expect(Int(text(148..<155), radix: 8) == blank.reduce(0) { $0 + Int($1) })
      #expect(Array(header[257..<265]) == Array("ustar\u{0}00".utf8))
      #expect(header[156] == UInt8(ascii: "0"))
      #expect(text(136..<148) == "00000000000" && text(108..<116) == "0000000" && text(116..<124) == "0000000")
      members.append(TarMember(name: text(0..<100), content: Array(bytes[offset + 512..<offset + 512 + size])))
      let end = offset + 512 + (size + 511) / 512 * 512
      #expect(bytes[offset + 512 + size..<end].allSatisfy { $0 == 0 })
      offset = end
    }
    #expect(bytes.count == offset + 1024)
    #expect(bytes[offset...].allSatisfy { $0 == 0 })
    return members
  }
}

/// A shard of MosaicML's format, read apart from the library.
enum MDSFile {
  struct Value {
    let encoding: String
    let bytes: [UInt8]
  }

  /// Returns the columns of each sample of the file `bytes`, which the index describes by `entry`.
  static func samples(of bytes: [UInt8], _ entry: JSONValue) throws -> [[String: Value]] {
    func number(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
    let names = try #require(entry["column_names"]?.elements).compactMap(\.text)
    let encodings = try #require(entry["column_encodings"]?.elements).compactMap(\.text)
    let sizes = try #require(entry["column_sizes"]?.elements)
    #expect(names == names.sorted() && names.count == encodings.count && names.count == sizes.count)
    let count = number(0)
    let configuration = try JSONValue(parsing: Array(bytes[4 + 4 * (count + 1)..<number(4)]), file: "shard")
    #expect(configuration["column_names"] == entry["column_names"] && configuration["format"] == "mds")
    var samples: [[String: Value]] = []
    for row in 0..<count {
      var at = number(4 + 4 * row)
      let end = number(8 + 4 * row)
      var lengths: [Int] = []
      for size in sizes {
        if let fixed = size.integer {
          lengths.append(fixed)
        } else {
          lengths.append(number(at))
          at += 4
        }
      }
      var sample: [String: Value] = [:]
      for (column, length) in lengths.enumerated() {
        sample[names[column]] = Value(encoding: encodings[column], bytes: Array(bytes[at..<at + length]))
        at += length
      }
      #expect(at == end)
      samples.append(sample)
    }
    #expect(number(4 + 4 * count) == bytes.count)
    return samples
  }
}
