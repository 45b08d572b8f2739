internal import ByteIO
internal import JSON
internal import SampleShards
internal import Sampling

/// `mixture.lock.json`: the digests of everything that went into the mixtures of a directory of manifests.
///
/// One member for each mixture, by name: its manifest's digest, and for each dataset those of store, statistics and drawn frames.
public struct MixtureLock: Sendable {
  /// The file's name; it lies beside the manifest.
  public static let fileName = "mixture.lock.json"
  private static let schema = "armature.lock/1"

  private let plan: MixturePlan
  private let path: String

  /// The lock of `plan`.
  public init(_ plan: MixturePlan) {
    self.plan = plan
    path = Directory.parent(of: plan.manifest.file) + "/" + Self.fileName
  }

  private var record: JSONValue {
    [
      "manifest": .string(SHA256Digest.hexadecimal(of: plan.manifest.source)),
      "datasets": .array(
        plan.entries.map {
          [
            "dataset": .string($0.record.dataset), "store": .string($0.record.storeDigest),
            "statistics": .string($0.record.statisticsDigest), "frames": JSONValue($0.record.frameCount),
            "selection": .string($0.selectionDigest),
          ]
        }),
    ]
  }

  private func records() throws -> [JSONValue.Member] {
    guard Directory.entry(path) == .file else { return [] }
    let root = try JSONNode(file: path)
    let schema = try root.member("schema")
    guard try schema.string() == Self.schema else { throw schema.failure(.notA("`\(Self.schema)`")) }
    return try root.member("mixtures").value.members ?? []
  }

  /// Compares the plan with what was locked.
  ///
  /// - Throws: `MixtureError` naming the input that changed.
  public func check() throws {
    guard let locked = try records().first(where: { $0.name == plan.manifest.name })?.value else {
      throw MixtureError(
        .inputMissing, "\(path): there is no lock of `\(plan.manifest.name)`; build once without --locked")
    }
    func changed(_ what: String) -> MixtureError {
      MixtureError("\(what) changed since \(path) was written; build without --locked to accept it")
    }
    guard locked["manifest"] == record["manifest"] else { throw changed("\(plan.manifest.file): the manifest") }
    let old = locked["datasets"]?.elements ?? []
    let new = record["datasets"]?.elements ?? []
    guard old.count == new.count else { throw changed("\(plan.manifest.file): the list of datasets") }
    for (number, (before, now)) in zip(old, new).enumerated() where before != now {
      let entry = plan.entries[number]
      for (key, what) in [
        ("dataset", "the dataset"), ("store", "the store of"), ("statistics", "the statistics of"),
        ("selection", "the selection of"),
      ] where before[key] != now[key] {
        throw changed("\(entry.store.path): \(what) `\(entry.record.dataset)`")
      }
    }
  }

  /// Writes the lock, leaving those of other mixtures as they are.
  ///
  /// - Throws: `FileError`, `JSONError` for a lock file that cannot be read.
  public func write() throws {
    var members = try records().filter { $0.name != plan.manifest.name }
    members.append(.init(plan.manifest.name, record))
    members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let json: JSONValue = ["schema": .string(Self.schema), "mixtures": .object(members)]
    let text = Array((json.serialized(.indented) + "\n").utf8)
    if Directory.entry(path) == .file, try readFile(path) == text { return }
    try AtomicFile.write(text, to: path)
  }
}
