internal import ByteIO

/// The names of a split's shard files, made from its template.
///
/// Variables as in TFDS: `{DATASET}`, `{SPLIT}`, `{FILEFORMAT}`, `{SHARD_INDEX}`, `{NUM_SHARDS}`,
/// `{SHARD_X_OF_Y}`; numbers have at least five digits.
struct ShardNames {
  static let defaultTemplate = "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}"

  /// In the order of their shards.
  let names: [String]

  /// - Throws: `DatasetError` when a name would lead out of the directory.
  init(_ split: DatasetInfo.SplitInfo, info: DatasetInfo, directory: String) throws(DatasetError) {
    let template = split.filepathTemplate.flatMap { $0.isEmpty ? nil : $0 } ?? Self.defaultTemplate
    for (kind, name) in [("dataset name", info.name), ("split name", split.name), ("file name template", template)] {
      guard DatasetDirectory.isPlainName(name) else {
        throw DatasetError(.unsafeName(kind: kind, name: name), path: directory)
      }
    }
    let count = split.shardLengths.count
    let width = max(5, String(count).count)
    func padded(_ number: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let names = (0..<count).map { index in
      var name = template
      for (variable, value) in [
        ("{DATASET}", info.name), ("{SPLIT}", split.name), ("{FILEFORMAT}", info.fileFormat),
        ("{SHARD_X_OF_Y}", "\(padded(index))-of-\(padded(count))"), ("{SHARD_INDEX}", padded(index)),
        ("{NUM_SHARDS}", padded(count)),
      ] {
        name = name.split(separator: variable, omittingEmptySubsequences: false).joined(separator: value)
      }
      return name
    }
    guard names.allSatisfy(DatasetDirectory.isPlainName) else {
      throw DatasetError(.unsafeName(kind: "file name template", name: template), path: directory)
    }
    guard Set(names).count == names.count else {
      throw DatasetError(
        .badExpression(template, why: "it gives every shard the same name; add {SHARD_INDEX}"), path: directory)
    }
    self.names = names
  }
}
