public import ByteIO
internal import HDF5
internal import JSON
public import RLDS
internal import TFRecord
internal import Workers

/// Demonstrations in HDF5: a file, or a folder of files, as RLDS episodes.
///
/// Layouts: groups below `data` are episodes (robomimic, robosuite, LIBERO); a file with `actions` or `action` at its root
/// is one (ALOHA, ACT); so is each group at the root of a file that has one of these.
public struct DemoDataset: Sendable {
  /// The file or folder.
  public let path: String
  /// The name of the file or folder, without its extension.
  public let name: String
  /// The splits in order, with their episodes.
  public let splits: [(name: String, episodeCount: Int)]
  /// The features of the first episode.
  public let features: [DeclaredFeature]
  /// What cannot be read, by its path in the first episode's file.
  public let skipped: [String]
  /// By split, and all in natural order.
  private let episodes: [[DemoEpisode]]
  let all: [DemoEpisode]
  private let columns: [DemoEpisode.Column]

  private static let extensions = [".hdf5", ".h5"]

  /// Whether `path` is an HDF5 file, or a folder that holds some, by their names.
  public static func isThere(_ path: String) -> Bool {
    switch Directory.entry(path) {
    case .missing: false
    case .file: extensions.contains { path.hasSuffix($0) }
    case .directory:
      Directory.entry(path + "/dataset_info.json") == .missing && !((try? files(path)) ?? []).isEmpty
    }
  }

  /// The files of a folder in natural order, so that `episode_2` comes before `episode_10`.
  private static func files(_ folder: String) throws -> [String] {
    try Directory.names(folder).filter { name in extensions.contains { name.hasSuffix($0) } }
      .sorted(by: naturallyPrecedes).map { "\(folder)/\($0)" }
  }

  /// The bytes of the file at `path`, or of the HDF5 files of a folder.
  public static func byteCount(_ path: String) throws -> Int {
    let all = Directory.entry(path) == .file ? [path] : try files(path)
    return try all.reduce(0) { $0 + (try Directory.status($1).byteCount) }
  }

  /// Opens the demonstrations at `path`; reads names, shapes and attributes only.
  ///
  /// - Throws: `HDF5Error`, `DemoError`, `FileError`.
  public init(_ path: String) throws {
    self.path = path
    let isFile = Directory.entry(path) == .file
    let base = Directory.name(of: path)
    name = isFile ? Self.extensions.reduce(base) { $0.hasSuffix($1) ? String($0.dropLast($1.count)) : $0 } : base
    var groups: [(name: String, episodes: [DemoEpisode])] = []
    var all: [DemoEpisode] = []
    for file in isFile ? [path] : try Self.files(path) {
      for (split, episode) in try Self.episodes(HDF5File(file)) {
        all.append(episode)
        if let index = groups.firstIndex(where: { $0.name == split }) {
          groups[index].episodes.append(episode)
        } else {
          groups.append((split, [episode]))
        }
      }
    }
    groups.sort { $0.name == "train" && $1.name != "train" }
    guard let first = groups.first?.episodes.first else {
      throw DemoError(path, "", "there is no episode: no group below `data`, and no `actions` or `action`")
    }
    (columns, skipped) = try Self.columns(of: first)
    features = try Self.features(columns, path)
    episodes = groups.map(\.episodes)
    self.all = all
    splits = groups.map { ($0.name, $0.episodes.count) }
  }

  /// What `episode` has, its instruction included.
  private static func columns(of episode: DemoEpisode) throws -> (columns: [DemoEpisode.Column], skipped: [String]) {
    var (columns, skipped) = try episode.columns()
    if try episode.instruction() != nil, !columns.contains(where: { $0.feature == DemoEpisode.instructionName }) {
      columns.append(.said(DemoEpisode.instructionName))
      columns.sort { $0.feature.utf8.lexicographicallyPrecedes($1.feature.utf8) }
    }
    return (columns, skipped)
  }

  private static func features(_ columns: [DemoEpisode.Column], _ path: String) throws -> [DeclaredFeature] {
    try FeatureTree(parsing: JSONNode(DemoFeatures(columns).json, file: path, path: "")).declarations
  }

  /// The first episode's columns without those that other episodes lack or have otherwise, unless all need them,
  /// and where each is from.
  private func commonColumns() throws -> [DemoEpisode.Column] {
    var common = columns
    for episode in episodes.joined() {
      let own = Dictionary(
        try Self.columns(of: episode).columns.map { ($0.feature, $0) }, uniquingKeysWith: { first, _ in first })
      common.removeAll { !$0.isNeeded && !$0.fits(own[$0.feature]) }
    }
    for name in [DemoEpisode.fileName, DemoEpisode.groupName] where !common.contains(where: { $0.feature == name }) {
      common.append(.said(name))
    }
    return common.sorted { $0.feature.utf8.lexicographicallyPrecedes($1.feature.utf8) }
  }

  /// The episodes of a file in natural order, with the split of each.
  private static func episodes(_ file: HDF5File) throws -> [(split: String, episode: DemoEpisode)] {
    func groups(_ path: String) throws -> [String] {
      try file.entries(path).filter { $0.kind == .group }.map(\.name).sorted(by: naturallyPrecedes)
    }
    if try file.kind("data") == .group {
      // robomimic's masks overlap, but for those of training and validation.
      var valid: Set<String> = []
      if try file.kind("mask/valid") == .dataset {
        let texts = try file.values("mask/valid").texts ?? []
        valid = Set(texts.map { String(decoding: $0.array, as: UTF8.self) })
      }
      return try groups("data").map { name in
        (valid.contains(name) ? "valid" : "train", DemoEpisode(file: file, root: "data/\(name)", parent: "data"))
      }
    }
    for name in ["actions", "action"] where try file.kind(name) == .dataset {
      return [("train", DemoEpisode(file: file, root: "", parent: nil))]
    }
    var found: [(split: String, episode: DemoEpisode)] = []
    for name in try groups("") {
      for actions in ["actions", "action"] where try file.kind("\(name)/\(actions)") == .dataset {
        found.append(("train", DemoEpisode(file: file, root: name, parent: "")))
        break
      }
    }
    return found
  }

  /// The episode `number` of `split`, or of all in natural order, as the record of an RLDS dataset, and its file.
  ///
  /// - Throws: `DemoError` where there is none.
  public func record(
    _ number: Int, split: String?
  ) throws -> (payload: Bytes, features: [DeclaredFeature], file: String) {
    let chosen: [DemoEpisode]
    if let split {
      guard let index = splits.firstIndex(where: { $0.name == split }) else {
        throw DemoError(
          path, "", "there is no split `\(split)`; there are \(splits.map(\.name).joined(separator: ", "))",
          kind: .usage)
      }
      chosen = episodes[index]
    } else {
      chosen = all
    }
    guard chosen.indices.contains(number) else {
      throw DemoError(path, "", "there is no episode \(number); it has \(chosen.count), counted from 0", kind: .usage)
    }
    let episode = chosen[number]
    // Packing pixels only to unpack them would take most of the time.
    let own = try Self.columns(of: episode).columns.map(\.unpacked)
    return (Bytes(try episode.example(own)), try Self.features(own, path), episode.file.path)
  }

  /// The episodes of one file of records.
  private static let recordsPerShard = 16

  /// What tells whether the files have changed: their paths, sizes and dates.
  private func origin() throws -> [UInt8] {
    let files = Directory.entry(path) == .file ? [path] : try Self.files(path)
    let lines = try files.map { file in
      let status = try Directory.status(file)
      return "\(file) \(status.byteCount) \(status.modified)\n"
    }
    return Array(lines.joined().utf8)
  }

  private static let originName = "origin.txt"

  /// Whether the directory `path` has all that ``write(to:workers:)`` would write of these very files.
  public func isWritten(to path: String) throws -> Bool {
    guard Directory.entry("\(path)/dataset_info.json") == .file else { return false }
    return try Directory.entry("\(path)/\(Self.originName)") == .file
      && readFile("\(path)/\(Self.originName)", limit: 1 << 28) == origin()
  }

  /// Writes the demonstrations as an RLDS dataset to the directory `path`, with `workers` tasks.
  ///
  /// `dataset_info.json` is written last; a directory that has it is complete.
  ///
  /// - Throws: `DemoError`, `HDF5Error`, `ImageError`, `FileError`.
  public func write(to path: String, workers: Int) async throws {
    try Directory.remove(path)
    try Directory.create(path)
    try AtomicFile.write(origin(), to: "\(path)/\(Self.originName)")
    var shards: [(file: String, episodes: [DemoEpisode])] = []
    var described: [JSONValue] = []
    for (number, split) in splits.enumerated() {
      let all = episodes[number]
      let starts = Array(stride(from: 0, to: all.count, by: Self.recordsPerShard))
      var lengths: [JSONValue] = []
      for (index, start) in starts.enumerated() {
        func padded(_ value: Int) -> String { String(String(100_000 + value).dropFirst()) }
        let file = "\(name)-\(split.name).tfrecord-\(padded(index))-of-\(padded(starts.count))"
        let own = Array(all[start..<min(start + Self.recordsPerShard, all.count)])
        shards.append((file, own))
        lengths.append(.string("\(own.count)"))
      }
      described.append([
        "filepathTemplate": "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}", "name": .string(split.name),
        "numBytes": "0", "shardLengths": .array(lengths),
      ])
    }
    let (tasks, columns) = (shards, try commonColumns())
    try await forEachIndex(below: tasks.count, workers: workers) { number in
      let writer = try RecordWriter("\(path)/\(tasks[number].file)")
      for episode in tasks[number].episodes { try writer.append(episode.example(columns)) }
      try writer.commit()
    }
    func text(_ json: JSONValue) -> [UInt8] { Array((json.serialized(.indented) + "\n").utf8) }
    try AtomicFile.write(text(DemoFeatures(columns).json), to: "\(path)/features.json")
    try AtomicFile.write(
      text([
        "description": "Demonstrations in HDF5.", "fileFormat": "tfrecord", "moduleName": "armature",
        "name": .string(name), "splits": .array(described), "version": "1.0.0",
      ]), to: "\(path)/dataset_info.json")
  }
}

/// Whether `a` comes before `b` when runs of digits count as numbers.
func naturallyPrecedes(_ a: String, _ b: String) -> Bool {
  func parts(_ text: String) -> [(digits: Bool, text: Substring)] {
    var parts: [(Bool, Substring)] = []
    var rest = text[...]
    while let first = rest.first {
      let isDigit = first.isASCII && first.isNumber
      let part = rest.prefix { ($0.isASCII && $0.isNumber) == isDigit }
      parts.append((isDigit, part))
      rest = rest[part.endIndex...]
    }
    return parts
  }
  for (x, y) in zip(parts(a), parts(b)) where x.text != y.text {
    if x.digits, y.digits {
      let (m, n) = (x.text.drop { $0 == "0" }, y.text.drop { $0 == "0" })
      if m.count != n.count { return m.count < n.count }
      if m != n { return m < n }
    } else {
      return x.text.utf8.lexicographicallyPrecedes(y.text.utf8)
    }
  }
  return a.utf8.count != b.utf8.count ? a.utf8.count < b.utf8.count : a.utf8.lexicographicallyPrecedes(b.utf8)
}
