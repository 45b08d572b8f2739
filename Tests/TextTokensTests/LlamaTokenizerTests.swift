import ByteIO
import FoundationEssentials
import JSON
import TestSupport
import Testing
import TextTokens

struct LlamaTokenizerTests {
  let tokenizer: LlamaTokenizer
  let vectors: JSONNode

  init() throws {
    tokenizer = LlamaTokenizer(try SentencePieceModel(Repository.fixture("Text/small.model")))
    vectors = try JSONNode(file: Repository.fixture("Text/llama_fast.json"), limit: 1 << 20)
  }

  @Test func `texts have the ids of Hugging Face's fast tokenizer`() throws {
    let cases = try vectors.member("encode").array()
    #expect(cases.count == 309)
    for test in cases {
      let text = try test.member("text").string()
      let ids = try test.member("ids").array().map { try $0.integer() }
      #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
    }
  }

  @Test func `ids have the text of Hugging Face's fast tokenizer`() throws {
    let cases = try vectors.member("encode").array() + vectors.member("decode").array()
    #expect(cases.count == 389)
    for test in cases {
      let ids = try test.member("ids").array().map { try $0.integer() }
      let (kept, skipped) = (try test.member("decoded").string(), try test.member("skipped").string())
      #expect(Array(tokenizer.decode(ids).utf8) == Array(kept.utf8), "\(ids)")
      #expect(Array(tokenizer.decode(ids, .skipped).utf8) == Array(skipped.utf8), "\(ids)")
    }
  }

  @Test func `the padding is the first id past the pieces`() throws {
    #expect(tokenizer.id(ofSpecial: "<PAD>") == tokenizer.model.pieceCount)
    #expect(try vectors.member("padding").integer() == tokenizer.model.pieceCount)
    #expect(tokenizer.id(ofSpecial: "<pad>") == nil)
  }

  @Test func `the model by itself takes special strings for text`() throws {
    #expect(try tokenizer.encode("</s>") == [2])
    #expect(try !tokenizer.model.encode("</s>").contains(2))
  }

  @Test func `ids outside the vocabulary are left out`() {
    #expect(tokenizer.decode([-1, 1 << 40, tokenizer.model.pieceCount + 1]) == "")
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["ARMATURE_LLAMA_TOKENIZER"] != nil,
      "Llama 2's tokenizer.model is not free to pass on; ARMATURE_LLAMA_TOKENIZER names it"))
  func `Llama 2 asks for a spoon on a towel as published`() throws {
    let path = try #require(ProcessInfo.processInfo.environment["ARMATURE_LLAMA_TOKENIZER"])
    let llama = LlamaTokenizer(try SentencePieceModel(path))
    let ids = try llama.encode("<s>In: What action should the robot take to put spoon on towel?\nOut:")
    #expect(
      ids == [
        1, 512, 29901, 1724, 3158, 881, 278, 19964, 2125, 304, 1925, 805, 6150, 373, 304, 20466, 29973, 13, 3744, 29901,
      ])
    #expect(llama.id(ofSpecial: "<PAD>") == 32000)
  }
}
