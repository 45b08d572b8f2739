import ByteIO
import JSON
import RLDS
import TFRecord

/// features.json and dataset_info.json, and a real record read with what they declare.
@Sendable func readFeatures(_ input: [UInt8]) {
  _ = try? DatasetInfo(file("dataset_info.json", input))
  guard let value = try? JSONValue(parsing: input, file: "features.json"),
    let tree = try? FeatureTree(parsing: JSONNode(value, file: "features.json"))
  else { return }
  readColumns(record, EpisodeSchema(tree.declarations), FeatureDecoder())
}

private let record = Bytes(resource("corpus/example/sample"))
