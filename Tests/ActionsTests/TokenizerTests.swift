import Actions
import TestSupport
import Testing

@Suite struct TokenizerTests {
  @Test(arguments: Expected.datasets, [32_000, 50_257])
  func `ids, decoded and un-normalised values equal the reference's`(dataset: String, size: Int) throws {
    let expected = try Expected(dataset)
    let tokenizer = try ActionTokenizer(vocabularySize: size)
    for split in ["train", "val"] {
      let actions = try expected.normalized.floats("bounds_q99/\(split)/action")
      let ids = try expected.tokens.integers("\(size)/\(split)/ids").map(Int.init)
      #expect(tokenizer.encode(actions) == ids)
      var values = tokenizer.decode(ids)
      #expect(bits(values) == bits(try expected.tokens.doubles("\(size)/\(split)/decoded")))
      try ActionUnnormalizer(statistics: expected.action).unnormalize(&values)
      #expect(bits(values) == bits(try expected.tokens.doubles("\(size)/\(split)/unnormalized")))
    }
  }

  @Test func `edges and their neighbours fall where the reference puts them`() throws {
    let edges = try SafetensorsFixture(path: Repository.fixture("Actions/action_tokenizer_edges.safetensors"))
    let tokenizer = try ActionTokenizer(vocabularySize: 32_000)
    #expect(bits(tokenizer.edges) == bits(try edges.doubles("bins")))
    #expect(bits(tokenizer.centers) == bits(try edges.doubles("bin_centers")))
    #expect(tokenizer.actionTokenBegin == Int(try edges.integers("action_token_begin_idx")[0]))
    #expect(try tokenizer.encode(edges.floats("f32")) == edges.integers("f32_ids").map(Int.init))
    #expect(try tokenizer.encode(edges.doubles("f64")) == edges.integers("f64_ids").map(Int.init))
    #expect(try tokenizer.encode(edges.doubles("nonfinite")) == edges.integers("nonfinite_ids").map(Int.init))
    let ids = try edges.integers("ids").map(Int.init)
    #expect(bits(tokenizer.decode(ids)) == bits(try edges.doubles("ids_decoded")))
  }

  @Test func `known values have known digits`() throws {
    let tokenizer = try ActionTokenizer(vocabularySize: 32_000)
    let values: [Float] = [-1, 0, 0.00392, 0.5, 0.99608, 0.999999, 1, .nan, .infinity, -.infinity]
    #expect(values.map { tokenizer.bin(of: $0) + 1 } == [1, 128, 128, 192, 255, 255, 256, 256, 256, 1])
    #expect(tokenizer.centers.map { tokenizer.bin(of: $0) } == Array(0..<255))
  }

  @Test func `ids outside the action tokens decode to the nearest centre`() throws {
    let tokenizer = try ActionTokenizer(vocabularySize: 32_000)
    #expect(tokenizer.decodedBin(ofID: .min) == 254)
    #expect(tokenizer.decodedBin(ofID: 0) == 254)
    #expect(tokenizer.decodedBin(ofID: 31_744) == 254)
    #expect(tokenizer.decodedBin(ofID: 31_999) == 0)
    #expect(tokenizer.decodedBin(ofID: .max) == 0)
    #expect(tokenizer.id(ofBin: 400) == 31_744)
    #expect(tokenizer.id(ofBin: -1) == 31_999)
  }

  @Test func `a vocabulary without room and a single bin are refused`() {
    #expect(throws: ActionsError.self) { try ActionTokenizer(vocabularySize: 255) }
    #expect(throws: ActionsError.self) { try ActionTokenizer(binCount: 1, vocabularySize: 32_000) }
  }
}
