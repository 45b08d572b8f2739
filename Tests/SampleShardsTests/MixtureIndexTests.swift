import JSON
import MixtureSupport
import SampleShards
import TestSupport
import Testing

@Suite struct MixtureIndexTests {
  private static let shards = [
    MixtureIndex.Shard(file: "a", byteCount: 5, sha256: "ff", first: 0, sampleCount: 8),
    MixtureIndex.Shard(file: "b", byteCount: 6, sha256: "fe", first: 8, sampleCount: 13),
  ]

  private func json(_ text: String) throws -> JSONNode {
    JSONNode(try JSONValue(parsing: Array(text.utf8), file: "m"), file: "m")
  }

  @Test(arguments: [
    SampleLayout.Form.encoded, .pixels(height: 6, width: 5), .packedPixels(height: 65_535, width: 1),
  ]) func `an index survives a round trip through its text`(_ form: SampleLayout.Form) throws {
    let index = TinyMixture(window: 3, form: form, hasGoal: true).index(Self.shards)
    let read = try MixtureIndex(try json(index.json.serialized(.indented)))
    #expect(read.json == index.json)
    #expect(read.layout == index.layout)
    #expect(read.entries == index.entries)
    #expect(read.shards == index.shards)
    #expect(read.seed == 0xFFFF_FFFF_FFFF_FFF7)
  }

  @Test func `a plan has no shards`() throws {
    let index = TinyMixture().index([])
    #expect(try MixtureIndex(try json(index.json.serialized())).shards.isEmpty)
  }

  /// What is put in the place of what, and the place that the error names.
  static let damages: [(String, String, String)] = [
    (#""schema":"armature.mixture/1""#, #""schema":"armature.mixture/2""#, "schema"),
    (#""seed":"18446744073709551607""#, #""seed":"18446744073709551616""#, "seed"),
    (#""seed":"18446744073709551607""#, #""seed":7"#, "seed"),
    (#""samples":21,"epoch_"#, #""samples":20,"epoch_"#, ""),
    (#""samples":21,"epoch_"#, #""samples":-1,"epoch_"#, "samples"),
    (#""epoch_samples":18"#, #""epoch_samples":1.5"#, "epoch_samples"),
    (#""window":1"#, #""window":0"#, "window"),
    (#""window":1"#, #""window":4097"#, "window"),
    (#""chunk":2"#, #""chunk":0"#, "chunk"),
    (#""chunk":2"#, #""chunk":9223372036854775807"#, "chunk"),
    (#""action_dimension":3"#, #""action_dimension":0"#, "action_dimension"),
    (
      #""proprio_dimension":2,"views":["primary","wrist"],"images""#, #""proprio_dimension":65536,"views":[],"images""#,
      "proprio_dimension"
    ),
    (#""views":["primary","wrist"],"images""#, #""views":["primary","primary"],"images""#, "views[1]"),
    (#""views":["primary","wrist"],"images""#, #""views":["../x"],"images""#, "views[0]"),
    (#""views":["primary","wrist"],"images""#, #""views":[""],"images""#, "views[0]"),
    (#""views":["primary","wrist"],"images""#, #""views":"primary","images""#, "views"),
    (#""kind":"encoded""#, #""kind":"webp","size":[1,1]"#, "form.kind"),
    (#""kind":"encoded""#, #""kind":"pixels""#, "form"),
    (#""kind":"encoded""#, #""kind":"pixels","size":[0,1]"#, "form"),
    (#""kind":"encoded""#, #""kind":"zstd","size":[1,65536]"#, "form"),
    (#""has_goal":false"#, #""has_goal":0"#, "has_goal"),
    (#""weight":1.5"#, #""weight":"1.5""#, "datasets[0].weight"),
    (#""transitions":44"#, #""transitions":null"#, "datasets[0]"),
    (#""first":8"#, #""first":7"#, "shards[1]"),
    (#""file":"b""#, #""file":"../b""#, "shards[1]"),
    (#""file":"b""#, #""file":"..""#, "shards[1]"),
    (#""file":"b""#, #""file":"""#, "shards[1]"),
    (#""first":8,"samples":13"#, #""first":8,"samples":9223372036854775807"#, "shards[1]"),
    (#""bytes":6"#, #""bytes":-6"#, "shards[1].bytes"),
    (#""plan_sha256""#, #""plan""#, ""),
  ]

  @Test(arguments: damages) func `a bad value is reported with its place`(_ damage: (String, String, String)) throws {
    let text = TinyMixture().index(Self.shards).json.serialized()
    #expect(text.contains(damage.0))
    let altered = text.replacing(damage.0, with: damage.1, maxReplacements: 1)
    let error = #expect(throws: JSONError.self) { try MixtureIndex(try json(altered)) }
    #expect(error?.place == damage.2)
    #expect(error?.description.contains("\n") == false)
  }
}
