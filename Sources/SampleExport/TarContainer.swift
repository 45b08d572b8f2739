internal import ByteIO
internal import JSON
internal import SampleShards

/// Samples as members of POSIX tar files (ustar, IEEE Std 1003.1), all of a sample under one key.
struct TarContainer: ExportContainer {
  private let samples: SampleSet

  /// - Throws: `SampleExportError` where the members of a sample would have equal names.
  init(_ samples: SampleSet) throws(SampleExportError) {
    self.samples = samples
    let layout = samples.index.layout
    let names = (ExportColumns.arrays(layout).map(\.name) + ExportColumns.frames(layout)).map(Self.memberName)
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw SampleExportError(
        .badData, file: samples.path, "two tensors would be called `\(name)` in a WebDataset; export it as MDS")
    }
  }

  var byteLimit: Int { Int.max }
  var bytesPerSample: Int { 0 }
  /// Two blocks of zeros.
  var tail: [UInt8] { [UInt8](repeating: 0, count: 2 * TarHeader.byteCount) }

  func fileName(_ number: Int) -> String { "export-\(padded(number, 6)).tar" }

  func byteCount(_ sizes: [Int]) -> Int { sizes.reduce(tail.count, +) }

  func head(_ sizes: [Int]) -> [UInt8] { [] }

  func byteCount(_ record: ExportRecord) throws -> Int {
    try members(record).reduce(0) { $0 + TarHeader.byteCount + $1.size + TarHeader.padding($1.size) }
  }

  func append(_ record: ExportRecord, to file: AtomicFile) throws {
    for member in try members(record) {
      try file.append(TarHeader.bytes(member.name, size: member.size))
      try member.write(file)
      try file.append([UInt8](repeating: 0, count: TarHeader.padding(member.size)))
    }
  }

  /// The index that WebDataset's `wids` takes.
  func index(_ files: [SampleExport.Report.File]) -> JSONValue {
    [
      "__kind__": "wids-shard-index-v1", "wids_version": 1, "name": .string(samples.index.name),
      "shardlist": .array(
        files.map {
          [
            "url": .string($0.name), "nsamples": JSONValue($0.sampleCount), "filesize": JSONValue($0.byteCount),
            "sha256": .string($0.sha256),
          ]
        }),
    ]
  }

  private struct Member {
    let name: String
    let size: Int
    let write: (AtomicFile) throws -> Void
  }

  private func members(_ record: ExportRecord) throws -> [Member] {
    let key = padded(record.provenance.position, 12)
    var members: [Member] = []
    for array in record.arrays {
      let header = NumPyHeader.bytes(array.dtype, array.shape)
      members.append(
        Member(name: "\(key).\(Self.memberName(array.name)).npy", size: header.count + array.byteCount) {
          try $0.append(header)
          try array.append(to: $0)
        })
    }
    for (name, bytes) in record.frames where bytes.count > 0 {
      let suffix = try suffix(bytes, name, record.provenance.position)
      members.append(
        Member(name: "\(key).\(Self.memberName(name)).\(suffix)", size: bytes.count) { try $0.append(bytes) })
    }
    let text = record.instruction
    members.append(Member(name: "\(key).txt", size: text.count) { try $0.append(text) })
    let provenance = Array(record.provenance.json.serialized().utf8)
    members.append(Member(name: "\(key).json", size: provenance.count) { try $0.append(provenance) })
    for member in members where member.size > TarHeader.sizeLimit || member.name.utf8.count > TarHeader.nameLimit {
      throw SampleExportError(
        .badData, file: samples.path,
        "sample \(record.provenance.position): a member of \(member.size) bytes with a name of "
          + "\(member.name.utf8.count) does not fit a tar file; export it as MDS")
    }
    return members
  }

  /// `image.primary` becomes `primary`, `goal.primary` stays.
  private static func memberName(_ tensor: String) -> String {
    tensor.hasPrefix("image.") ? String(tensor.dropFirst(6)) : tensor
  }

  private func suffix(_ bytes: Bytes, _ name: String, _ position: Int) throws(SampleExportError) -> String {
    let start = bytes[0..<min(4, bytes.count)].array
    if start.starts(with: [0xFF, 0xD8, 0xFF]) { return "jpg" }
    if start == [0x89, 0x50, 0x4E, 0x47] { return "png" }
    throw SampleExportError(
      .badData, file: samples.path,
      "sample \(position): `\(name)` begins with \(start) and is neither JPEG nor PNG; build the mixture again"
    )
  }
}

/// The header of a member of a tar file.
enum TarHeader {
  /// A header, and the unit of which a tar file has a whole number.
  static let byteCount = 512
  /// Eleven octal digits.
  static let sizeLimit = 0o77_777_777_777
  static let nameLimit = 100

  /// The zeros that follow a member of `size` bytes.
  static func padding(_ size: Int) -> Int { (byteCount - size % byteCount) % byteCount }

  /// Returns the header of a regular file of user 0 and group 0, changed at time 0, readable by all.
  static func bytes(_ name: String, size: Int) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: byteCount)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
    }
    func octal(_ number: Int, digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.utf8.count) + text
    }
    put(name, at: 0)
    put(octal(0o644, digits: 7), at: 100)
    put(octal(0, digits: 7), at: 108)
    put(octal(0, digits: 7), at: 116)
    put(octal(size, digits: 11), at: 124)
    put(octal(0, digits: 11), at: 136)
    put("        ", at: 148)  // The checksum counts itself as spaces.
    put("0", at: 156)
    put("ustar\u{0}00", at: 257)
    put(octal(0, digits: 7), at: 329)
    put(octal(0, digits: 7), at: 337)
    put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0} ", at: 148)
    return header
  }
}

/// Returns `number` with zeros before it, at least `digits` long.
func padded(_ number: Int, _ digits: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
