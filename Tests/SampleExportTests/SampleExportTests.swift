import ByteIO
import ImageCodec
import JSON
import MixtureSupport
import SampleExport
import SampleShards
import TestSupport
import Testing

@Suite struct SampleExportTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  static let forms: [SampleLayout.Form] = [
    .encoded, .pixels(height: TinyMixture.height, width: TinyMixture.width),
    .packedPixels(height: TinyMixture.height, width: TinyMixture.width),
  ]

  private func export(
    _ mixture: TinyMixture, _ format: SampleExport.Format, _ options: SampleExport.Options = .init(),
    to name: String = "e"
  ) throws -> SampleExport.Report {
    let samples = try mixture.write(to: directory("m"))
    return try SampleExport(samples, format: format, to: directory(name), options).run()
  }

  /// The bytes of floats, as they lie in files.
  private func bytes(_ values: [Float]) -> [UInt8] { values.flatMap { littleEndian($0.bitPattern) } }

  private func pixels(_ mixture: TinyMixture, _ picture: String, _ position: Int, _ frames: Int) throws -> [UInt8] {
    try (0..<frames).flatMap {
      try mixture.pixels(picture, position, $0)?.samples
        ?? [UInt8](repeating: 0, count: TinyMixture.height * TinyMixture.width * 3)
    }
  }

  @Test(arguments: forms, [1, 3]) func `a WebDataset has the samples in order`(_ form: SampleLayout.Form, _ window: Int)
    throws
  {
    let mixture = TinyMixture(window: window, form: form, hasGoal: true)
    let report = try export(mixture, .webDataset, .init(samplesPerFile: 6))
    #expect(report.files.map(\.name) == (0..<4).map { "export-00000\($0).tar" })
    #expect(report.files.map(\.sampleCount) == [6, 6, 6, 3])
    var members: [TarMember] = []
    for file in report.files {
      let bytes = try readBytes(directory("e/" + file.name))
      #expect(bytes.count == file.byteCount)
      #expect(SHA256Digest.hexadecimal(of: bytes) == file.sha256)
      members += try TarMember.members(of: bytes)
    }
    var expected: [(name: String, content: [UInt8])] = []
    for position in 0..<21 {
      let key = "0000000000" + (position < 10 ? "0" : "") + String(position)
      func array(_ name: String, _ type: String, _ shape: [Int], _ content: [UInt8]) {
        expected.append(("\(key).\(name).npy", npy(type, shape) + content))
      }
      let (k, a) = (mixture.layout.actionCount, mixture.layout.actionDimension)
      array("action", "<f4", [k, a], bytes(mixture.action(position)))
      array("action_bin", "|u1", [k, a], mixture.bins(position))
      array("action_valid", "|u1", [k], mixture.valid(position))
      if window > 1 { array("observation_valid", "|u1", [window], mixture.observationValid(position)) }
      array("proprio", "<f4", window == 1 ? [2] : [window, 2], bytes(mixture.proprio(position)))
      for (picture, frames) in mixture.layout.pictures {
        let name = picture.hasPrefix("image.") ? String(picture.dropFirst(6)) : picture
        guard form == .encoded else {
          array(name, "|u1", (frames == 1 ? [] : [frames]) + [6, 5, 3], try pixels(mixture, picture, position, frames))
          continue
        }
        for frame in 0..<frames {
          let bytes = try mixture.frame(picture, position, frame)
          let suffix = position % 2 == 0 ? "png" : "jpg"
          if !bytes.isEmpty { expected.append(("\(key).\(name)\(frames == 1 ? "" : ".\(frame)").\(suffix)", bytes)) }
        }
      }
      expected.append((key + ".txt", Array((mixture.instruction(position) ?? "").utf8)))
      let provenance =
        #"{"position":\#(position),"dataset":"\#(position % 3 == 2 ? "beta" : "alpha")","#
        + #""dataset_index":\#(position % 3 == 2 ? 1 : 0),"episode_ordinal":\#(mixture.episode(position)),"#
        + #""step_index":\#(position * 3),"goal_step":\#(position * 3 + 5)}"#
      expected.append((key + ".json", Array(provenance.utf8)))
    }
    #expect(members.map(\.name) == expected.map(\.name))
    for (member, expected) in zip(members, expected) {
      #expect(member.content == expected.content, "\(member.name)")
    }
    let index = try JSONValue(parsing: readBytes(directory("e/index.json")), file: "index")
    #expect(index["__kind__"] == "wids-shard-index-v1")
    #expect(index["shardlist"]?.elements?.map { $0["nsamples"] } == [6, 6, 6, 3])
    #expect(try Directory.names(directory("e")) == report.files.map(\.name) + ["index.json"])
  }

  /// A `.npy` header, put together apart from the library: 128 bytes hold every one of these.
  private func npy(_ type: String, _ shape: [Int]) -> [UInt8] {
    let sizes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let padding = String(repeating: " ", count: 128 - 10 - 1 - text.count)
    return [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0] + Array((text + padding + "\n").utf8)
  }

  @Test func `a tar file has the bytes of the format`() throws {
    var mixture = TinyMixture()
    (mixture.samples, mixture.layout.views) = (1, [])
    let report = try export(mixture, .webDataset)
    let bytes = try readBytes(directory("e/export-000000.tar"))
    // action: 128 + 24 bytes, action_bin 128 + 6, action_valid 128 + 2, proprio 128 + 8, the text and the JSON less than
    // 512: a header block and a block of content each, then two blocks of zeros.
    #expect(report.byteCount == 6 * 1024 + 1024 && bytes.count == 7168)
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ offset: Int) {
      header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    put("000000000000.action.npy", 0)
    put("0000644", 100)
    put("0000000", 108)
    put("0000000", 116)
    put("00000000230", 124)  // 152 = 2 · 64 + 3 · 8
    put("00000000000", 136)
    put("0", 156)
    put("ustar", 257)
    put("00", 263)
    put("0000000", 329)
    put("0000000", 337)
    let sum = header.reduce(8 * 32) { $0 + Int($1) }
    put("0" + String(sum, radix: 8) + "\u{0} ", 148)
    #expect(Array(bytes[..<512]) == header)
    #expect(bytes[6144...].allSatisfy { $0 == 0 })
  }

  @Test(arguments: forms, [1, 3]) func `MDS shards have the samples in order`(_ form: SampleLayout.Form, _ window: Int)
    throws
  {
    let mixture = TinyMixture(window: window, form: form, hasGoal: true)
    let report = try export(mixture, .mds, .init(samplesPerFile: 10, bytesPerFile: 1 << 20))
    #expect(report.files.map(\.name) == (0..<3).map { "shard.0000\($0).mds" })
    #expect(report.files.map(\.sampleCount) == [10, 10, 1])
    let index = try JSONValue(parsing: readBytes(directory("e/index.json")), file: "index")
    #expect(index["version"] == 2)
    let shards = try #require(index["shards"]?.elements)
    var position = 0
    for (file, entry) in zip(report.files, shards) {
      let bytes = try readBytes(directory("e/" + file.name))
      #expect(entry["samples"] == JSONValue(file.sampleCount))
      #expect(
        entry["raw_data"] == [
          "basename": .string(file.name), "bytes": JSONValue(bytes.count),
          "hashes": ["sha256": .string(SHA256Digest.hexadecimal(of: bytes))],
        ])
      for sample in try MDSFile.samples(of: bytes, entry) {
        #expect(sample["action"]?.bytes == self.bytes(mixture.action(position)))
        #expect(sample["action"]?.encoding == "ndarray:float32:\(mixture.layout.actionCount),3")
        #expect(sample["action_bin"]?.bytes == mixture.bins(position))
        #expect(sample["action_valid"]?.bytes == mixture.valid(position))
        #expect(sample["action_valid"]?.encoding == "ndarray:uint8:\(mixture.layout.actionCount)")
        #expect(sample["proprio"]?.bytes == self.bytes(mixture.proprio(position)))
        #expect(sample["observation_valid"]?.bytes == (window == 1 ? nil : mixture.observationValid(position)))
        #expect(sample["instruction"]?.bytes == Array((mixture.instruction(position) ?? "").utf8))
        #expect(sample["dataset"]?.bytes == Array(TinyMixture.datasets[mixture.dataset(position)].utf8))
        #expect(sample["position"]?.bytes == littleEndian(UInt64(position)))
        #expect(sample["dataset_index"]?.bytes == littleEndian(UInt16(mixture.dataset(position))))
        #expect(sample["episode_ordinal"]?.bytes == littleEndian(mixture.episode(position)))
        #expect(sample["step_index"]?.bytes == littleEndian(mixture.step(position)))
        #expect(sample["goal_step"]?.bytes == littleEndian(mixture.goalStep(position)))
        for (picture, frames) in mixture.layout.pictures {
          if form == .encoded {
            for frame in 0..<frames {
              #expect(
                try sample[frames == 1 ? picture : "\(picture).\(frame)"]?.bytes
                  == mixture.frame(picture, position, frame))
            }
          } else {
            #expect(try sample[picture]?.bytes == pixels(mixture, picture, position, frames))
            #expect(sample[picture]?.encoding == (frames == 1 ? "ndarray:uint8:6,5,3" : "ndarray:uint8:3,6,5,3"))
          }
        }
        position += 1
      }
    }
    #expect(position == 21)
  }

  @Test(arguments: SampleExport.Format.allCases) func `files are cut before a limit of bytes`(
    _ format: SampleExport.Format
  )
    throws
  {
    let whole = try export(TinyMixture(), format, to: "whole")
    #expect(whole.files.count == 1)
    let limit = whole.byteCount / 3
    let report = try export(TinyMixture(), format, .init(bytesPerFile: limit), to: "cut")
    #expect(report.files.count >= 3)
    #expect(report.sampleCount == 21)
    #expect(report.files.allSatisfy { $0.byteCount <= limit })
    // A limit that no sample fits gives files of one.
    #expect(
      try export(TinyMixture(), format, .init(bytesPerFile: 1), to: "one").files.map(\.sampleCount)
        == [Int](repeating: 1, count: 21))
  }

  @Test(arguments: SampleExport.Format.allCases)
  func `an export that was stopped goes on and ends in the same bytes`(_ format: SampleExport.Format) throws {
    let options = SampleExport.Options(samplesPerFile: 4)
    let whole = try export(TinyMixture(), format, options, to: "whole")
    let samples = try SampleSet(directory("m"))
    for stop in 0..<whole.files.count {
      let path = directory("stopped\(stop)")
      try Directory.create(path)
      try AtomicFile.write(try marker(format, options), to: path + "/.armature-export")
      for file in whole.files[..<stop] {
        try AtomicFile.write(readBytes(directory("whole/" + file.name)), to: path + "/" + file.name)
      }
      try AtomicFile.write([1, 2, 3], to: path + "/" + whole.files[stop].name + ".partial")
      #expect(try SampleExport(samples, format: format, to: path, options).run() == whole)
      #expect(try Directory.names(path) == Directory.names(directory("whole")))
      for name in try Directory.names(path) {
        #expect(try readBytes(path + "/" + name) == readBytes(directory("whole/" + name)))
      }
    }
  }

  private func marker(_ format: SampleExport.Format, _ options: SampleExport.Options) throws -> [UInt8] {
    let samples = options.samplesPerFile.map(String.init) ?? "-"
    let digest = try SHA256Digest.hexadecimal(ofFile: directory("m/mixture.json"))
    return Array("\(format.rawValue) \(samples) \(options.bytesPerFile)\n\(digest)\n".utf8)
  }

  @Test(arguments: ["notes.txt", "index.json", "export-000007.tar", ".armature-export"])
  func `a directory with other files is refused and stays as it is`(_ name: String) throws {
    try Directory.create(directory("e"))
    try directory.write([7], to: "e/" + name)
    let error = #expect(throws: SampleExportError.self) { try export(TinyMixture(), .webDataset) }
    #expect(error?.kind == .outputUnavailable)
    #expect(
      error?.description
        == "\(directory("e")): the directory already holds other files (`\(name)`); name an empty or a new one")
    #expect(try Directory.names(directory("e")) == [name])
    #expect(try readBytes(directory("e/" + name)) == [7])
  }

  @Test func `a finished export is not written again`() throws {
    _ = try export(TinyMixture(), .mds)
    #expect(throws: SampleExportError.self) { try export(TinyMixture(), .mds) }
  }

  @Test func `what cannot be exported is refused in one line`() throws {
    let samples = try TinyMixture().write(to: directory("m"))
    for options in [SampleExport.Options(samplesPerFile: 0), .init(bytesPerFile: 0), .init(samplesPerFile: -1)] {
      let error = #expect(throws: SampleExportError.self) {
        try SampleExport(samples, format: .mds, to: directory("e"), options)
      }
      #expect(error?.kind == .usage)
    }
    try AtomicFile.write(Array(TinyMixture().index([]).json.serialized().utf8), to: directory("m/mixture.json"))
    let plan = #expect(throws: SampleExportError.self) {
      try SampleExport(try SampleSet(directory("m")), format: .mds, to: directory("e"))
    }
    #expect(plan?.problem == "the mixture has no samples, only a plan; build it without --virtual")
    var mixture = TinyMixture(window: 1, form: .pixels(height: 6, width: 5), hasGoal: false)
    mixture.layout.views = ["action"]
    let clash = #expect(throws: SampleExportError.self) { try export(mixture, .webDataset) }
    #expect(clash?.problem == "two tensors would be called `action` in a WebDataset; export it as MDS")
    #expect(try export(mixture, .mds).sampleCount == 21)
  }

  @Test func `a frame that is neither JPEG nor PNG is named`() throws {
    var mixture = TinyMixture()
    mixture.layout.views = ["primary"]
    let samples = try mixture.write(to: directory("m"))
    let shard = directory("m/" + samples.index.shards[0].file)
    var bytes = try readBytes(shard)
    let start = try #require(bytes.indices.last { bytes[$0...].starts(with: [0x89, 0x50, 0x4E, 0x47]) })
    bytes.replaceSubrange(start..<start + 4, with: Array("GIF8".utf8))  // The shard's last PNG: the sample at 6.
    try AtomicFile.write(bytes, to: shard)
    let error = #expect(throws: SampleExportError.self) {
      try SampleExport(samples, format: .webDataset, to: directory("e")).run()
    }
    #expect(error?.kind == .badData)
    #expect(
      error?.description
        == "\(directory("m")): sample 6: `image.primary` begins with [71, 73, 70, 56] and is neither JPEG nor PNG; "
        + "build the mixture again")
    #expect(try Directory.names(directory("e")) == [".armature-export"])
    #expect(try SampleExport(samples, format: .mds, to: directory("d")).run().sampleCount == 21)
  }

  @Test func `progress counts every sample`() throws {
    let samples = try TinyMixture().write(to: directory("m"))
    var seen: [Int] = []
    try SampleExport(samples, format: .mds, to: directory("e"), .init(samplesPerFile: 5)).run { seen.append($0) }
    #expect(seen == Array(1...21))
  }
}
