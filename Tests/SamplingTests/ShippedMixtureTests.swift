import ByteIO
import JSON
import Sampling
import TestSupport
import Testing

/// The mixtures in `manifests/mixtures`, against the reference's own lists.
///
/// published_mixtures.json holds, for each named mixture of openvla/openvla c8f03f4, the list as it stands, what the
/// reference makes of it, and its dataset length with the published counts.
@Suite struct ShippedMixtureTests {
  static let names = ((try? Directory.names(Repository.root + "/manifests/mixtures")) ?? [])
    .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(".yaml".count)) }

  private struct Pair: Equatable {
    let dataset: String
    let weight: Double

    init(_ dataset: String, _ weight: Double) {
      self.dataset = dataset
      self.weight = weight
    }

    init(_ node: JSONNode) throws {
      let cells = try node.array()
      self.init(try cells[0].string(), try cells[1].double())
    }
  }

  private func manifest(_ name: String) throws -> MixtureManifest {
    try MixtureManifest(path: Repository.root + "/manifests/mixtures/\(name).yaml")
  }

  private func published() throws -> [(name: String, node: JSONNode)] {
    try JSONNode(file: Repository.fixture("sampling/published_mixtures.json")).members()
  }

  @Test(arguments: names)
  func `it is valid, says its own name, and every dataset has a manifest`(name: String) throws {
    let manifest = try manifest(name)
    #expect(manifest.name == name)
    for dataset in manifest.entries.map(\.name) + manifest.dropped.map(\.dataset) {
      #expect(Directory.entry(Repository.root + "/manifests/datasets/\(dataset).yaml") == .file, "\(dataset)")
    }
  }

  @Test func `every mixture of the reference is there with its weights in its order`() throws {
    let published = try published()
    #expect(published.count == 18)
    for (name, node) in published {
      let manifest = try manifest(name)
      let effective = try node.member("effective").array().map { try Pair($0) }
      #expect(manifest.entries.map { Pair($0.name, $0.weight) } == effective, "\(name)")
      #expect(manifest.weighting == .openvla)
      // What is listed and not used stands under `dropped`, so that nothing of the list is lost.
      var listed = try node.member("listed").array().map { try Pair($0) }
      #expect(manifest.threadCount == listed.count, "\(name)")
      for pair in effective + manifest.dropped.map({ Pair($0.dataset, $0.weight) }) {
        if let index = listed.firstIndex(of: pair) { listed.remove(at: index) }
      }
      #expect(listed.isEmpty, "\(name)")
    }
  }

  @Test func `with the published counts each has the reference's dataset length`() throws {
    var checked = 0
    for (name, node) in try published() {
      guard let expected = try node.optional("dataset_len")?.count() else { continue }
      let manifest = try manifest(name)
      var sizes: [Int] = []
      for entry in manifest.entries {
        let path = Repository.root + "/manifests/datasets/\(entry.name).yaml"
        let line = String(decoding: try readBytes(path), as: UTF8.self).split(separator: "\n")
          .first { $0.hasPrefix("  transitions: ") }
        sizes.append(try #require(line.flatMap { Int($0.dropFirst("  transitions: ".count)) }, "\(entry.name)"))
      }
      let weights = try MixtureWeights(.openvla, weights: manifest.entries.map(\.weight), sizes: sizes)
      #expect(try weights.datasetLength(primaries: manifest.epochEntries) == expected, "\(name)")
      checked += 1
    }
    #expect(checked == 11)
  }

  @Test func `the four suites and the ALOHA sets of OpenVLA-OFT are there`() throws {
    let suites = try manifest("libero_4_task_suites_no_noops")
    #expect(
      suites.entries.map(\.name) == ["spatial", "object", "goal", "10"].map { "libero_\($0)_no_noops" })
    #expect(suites.entries.allSatisfy { $0.weight == 1 })
    for name in [
      "aloha1_fold_shorts_20_demos", "aloha1_fold_shirt_30_demos", "aloha1_scoop_X_into_bowl_45_demos",
      "aloha1_put_X_into_pot_300_demos",
    ] {
      #expect(try manifest(name).entries.map(\.name) == [name])
    }
  }
}
