import ByteIO
import TestSupport
import Testing

/// The stores of both samples, and mixtures of them, in a directory of their own.
struct SampleStores {
  static let names = ["metaworld_reach_push", "metaworld_button_drawer"]

  let directory: TemporaryDirectory
  var stores: String { directory("stores") }

  init() throws {
    directory = try TemporaryDirectory()
    for name in Self.names {
      expectDone(
        try Program.rlds.run(
          "ingest", Repository.sample(name), "--dataset", name, "--out", directory("stores/\(name)"), "--quiet"))
    }
  }

  /// A manifest of both samples with further lines.
  static func manifest(_ lines: String = "samples: 3000\nshard_size: 512KiB") -> String {
    """
    name: two
    seed: 5
    entries:
      - {dataset: metaworld_reach_push}
      - {dataset: metaworld_button_drawer, weight: 0.5}
    \(lines)

    """
  }

  /// Writes a manifest and returns its path.
  func write(_ text: String = manifest(), as name: String = "two.yaml") throws -> String {
    try directory.write(Array(text.utf8), to: name)
  }

  /// The words of a build.
  func arguments(_ manifest: String, _ out: String, _ options: String...) -> [String] {
    ["build", manifest, "--stores", stores, "--out", out, "--quiet"] + options
  }

  /// Changes the bytes of a file of a store.
  func damage(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
    var bytes = try readBytes(stores + "/" + name)
    change(&bytes)
    try AtomicFile.write(bytes, to: stores + "/" + name)
  }

  /// The name of the first shard of a store.
  func shard(_ store: String) throws -> String {
    let name = try Directory.names(stores + "/" + store).first { $0.hasPrefix("episodes-") }
    return store + "/" + (try #require(name))
  }
}
