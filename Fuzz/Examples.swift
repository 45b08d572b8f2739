import ByteIO
import JSON
import RLDS
import TFRecord

/// tf.train.Example: every feature in every kind, and as an episode of a real schema.
@Sendable func readExample(_ input: [UInt8]) {
  let payload = Bytes(input)
  let decoder = FeatureDecoder()
  if let example = try? Example(parsing: payload) {
    for name in example.names {
      guard let feature = example.feature(name) else { preconditionFailure("a name has its feature") }
      let strings = try? feature.byteStrings()
      let floats = try? feature.floats(using: decoder)
      let integers = try? feature.integers(using: decoder)
      let kinds = [strings != nil && strings != [], floats != nil && floats != [], integers != nil && integers != []]
      precondition(kinds.count { $0 } <= 1, "a feature has one kind")
    }
  }
  readColumns(payload, sample, decoder)
}

private let sample: EpisodeSchema = {
  do {
    let value = try JSONValue(parsing: resource("corpus/features/sample.json"), file: "sample.json")
    return EpisodeSchema(try FeatureTree(parsing: JSONNode(value, file: "sample.json")).declarations)
  } catch {
    fatalError("\(error)")
  }
}()

/// Decodes all columns; images too.
func readColumns(_ payload: Bytes, _ schema: EpisodeSchema, _ decoder: FeatureDecoder) {
  let place = EpisodePlace(file: "input", record: 0, offset: 0)
  guard let episode = try? Episode(payload, at: place, schema: schema, decoder: decoder) else { return }
  for feature in schema.features {
    guard let column = try? episode.column(feature.path) else { continue }
    precondition(!feature.isPerStep || column.lengths.first?.first ?? episode.stepCount == episode.stepCount)
    guard case .images(let files) = column.items else { continue }
    for file in files.prefix(4) { _ = try? feature.leaf.decodedImage(file) }
  }
}
