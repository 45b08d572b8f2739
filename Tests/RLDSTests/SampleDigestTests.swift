import JSON
import RLDS
import TestSupport
import Testing

@Suite struct SampleDigestTests {
  @Test(arguments: ["metaworld_reach_push", "metaworld_button_drawer"])
  func `every feature of the samples hashes to what TFDS decodes`(_ name: String) throws {
    let expected = try JSONNode(file: Repository.fixture("Samples/\(name).features.json"))
    #expect(try expected.member("dataset").string() == name)
    let dataset = try DatasetDirectory(Repository.sample(name))
    var compared = 0
    for (split, node) in try expected.member("splits").members() {
      let declared = try #require(dataset.splits.first { $0.name == split })
      let order = readingOrder(declared.shards.map(\.episodeCount))
      let found = try episodes(of: declared, in: dataset)
      for (position, node) in try node.array().enumerated() {
        let episode = found[order[position]]
        #expect(try episode.stepCount == node.member("len").integer(), "\(node.path)")
        let features = try node.member("features").members()
        #expect(features.count == dataset.features?.count)
        for (leaf, node) in features {
          let stepColumn = try episode.column("steps/" + leaf)
          let column = try stepColumn ?? episode.column(leaf)
          let hashes = try DecodedValue.rows(of: #require(column)).map(\.hash)
          let digest = stepColumn == nil ? hashes[0] : shortHash(Array(hashes.joined().utf8))
          #expect(try digest == node.string(), "\(node.path)")
          compared += 1
        }
      }
    }
    #expect(compared >= 100)
  }
}
