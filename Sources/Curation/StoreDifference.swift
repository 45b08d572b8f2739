internal import ByteIO
internal import EpisodeStore
public import JSON
internal import TensorFiles

/// What differs between two stores: episodes are the same where their actions, states, instructions and frames are.
public struct StoreDifference: Sendable {
  /// An episode that is in both, with the columns of the catalog that differ.
  public struct Change: Sendable, Equatable {
    /// Its ordinal in either store.
    public let first: Int
    public let second: Int
    public let columns: [String]
  }

  public let firstCount: Int
  public let secondCount: Int
  /// Ordinals in the second store of episodes that the first has not, and the reverse.
  public let added: [Int]
  public let removed: [Int]
  public let changed: [Change]
  /// Columns that only one of the catalogs has.
  public let onlyFirst: [String]
  public let onlySecond: [String]

  /// Compares the stores at `first` and `second`.
  ///
  /// - Throws: `StoreError`, `TensorFileError`, `FileError` where one cannot be read.
  /// - Complexity: O(bytes).
  public init(_ first: String, _ second: String) throws {
    let a = try Side(first)
    let b = try Side(second)
    var places: [Signature128: [Int]] = [:]
    for (number, digest) in a.digests.enumerated().reversed() { places[digest, default: []].append(number) }
    var added: [Int] = []
    var changed: [Change] = []
    var matched = Set<Int>()
    let common = a.columns.filter { b.columns.contains($0) && !Self.ignored.contains($0) }
    for (number, digest) in b.digests.enumerated() {
      guard let other = places[digest]?.popLast() else {
        added.append(b.ordinals[number])
        continue
      }
      matched.insert(other)
      let different = common.filter { a.value($0, other) != b.value($0, number) }
      if !different.isEmpty {
        changed.append(Change(first: a.ordinals[other], second: b.ordinals[number], columns: different))
      }
    }
    firstCount = a.ordinals.count
    secondCount = b.ordinals.count
    self.added = added
    removed = a.ordinals.indices.filter { !matched.contains($0) }.map { a.ordinals[$0] }
    self.changed = changed
    onlyFirst = a.columns.filter { !b.columns.contains($0) }
    onlySecond = b.columns.filter { !a.columns.contains($0) }
  }

  /// Where an episode lies says nothing of it.
  private static let ignored: Set<String> = ["ordinal", "shard", "position", "first_step", "source_offset"]

  public var json: JSONValue {
    [
      "episodes": [JSONValue(firstCount), JSONValue(secondCount)], "added": .array(added.map { JSONValue($0) }),
      "removed": .array(removed.map { JSONValue($0) }),
      "changed": .array(
        changed.map {
          ["first": JSONValue($0.first), "second": JSONValue($0.second), "columns": JSONValue($0.columns)]
        }), "only_first": JSONValue(onlyFirst), "only_second": JSONValue(onlySecond),
    ]
  }
}

/// One of the stores.
private struct Side {
  let ordinals: [Int]
  let digests: [Signature128]
  let columns: [String]
  private let rows: [[CatalogAnnotation.Value]]
  private let places: [String: Int]

  init(_ path: String) throws {
    let store = try StoreContents(path)
    ordinals = store.places.map(\.ordinal)
    digests = try store.places.enumerated().map { number, place in
      let digest = try store.digest(place)
      store.releasePages(number..<number + 1)
      return digest
    }
    let found = try CatalogQuery(path + "/" + StoreIndex.catalogName).rows(
      of: "SELECT * FROM episodes ORDER BY ordinal")
    columns = found.columns
    rows = found.rows
    places = Dictionary(uniqueKeysWithValues: found.columns.enumerated().map { ($0.element, $0.offset) })
  }

  func value(_ column: String, _ episode: Int) -> CatalogAnnotation.Value? {
    places[column].map { rows[episode][$0] }
  }
}

extension StoreContents {
  /// A digest of an episode's actions, states, instructions and frames.
  func digest(_ place: Place) throws -> Signature128 {
    var digest = Signature128()
    digest.update(try actions(place))
    digest.update(try states(place))
    let shard = shards[place.shard]
    var last: Int?
    for row in try rows("instruction.index", place, as: Int32.self) {
      let text = row < 0 ? -1 : texts[place.shard][Int(row)]
      if text != last { digest.update(Array((text < 0 ? "" : instructions[text]).utf8)) }
      last = text
    }
    for tensor in shard.file.tensors where tensor.name.hasPrefix("image.") || tensor.name.hasPrefix("depth.") {
      if tensor.name.hasSuffix(".bytes") {
        let bytes = try shard.file.bytes(tensor.name)
        let offsets = try shard.file.bytes(tensor.name.dropLast(6) + ".offsets")
        let start = Int(offsets.integer(at: 8 * place.steps.lowerBound, as: UInt64.self))
        let end = Int(offsets.integer(at: 8 * place.steps.upperBound, as: UInt64.self))
        digest.update(bytes[start..<end].array)
      } else if !tensor.name.hasSuffix(".offsets") {
        let bytes = try shard.file.bytes(tensor.name)
        let size = bytes.count / max(shard.stepCount, 1)
        digest.update(bytes[place.steps.lowerBound * size..<place.steps.upperBound * size].array)
      }
    }
    return digest
  }
}
