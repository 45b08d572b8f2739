import Testing
import TextTokens

@testable import VLA

@Suite struct PromptTests {
  @Test func `the question is the reference's, in lower case`() {
    #expect(
      PromptStyle.openVLA.text("Put SPOON on towel")
        == "In: What action should the robot take to put spoon on towel?\nOut:")
    #expect(
      PromptStyle.openVLAv01.text("Lift")
        == "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, "
        + "detailed, and polite answers to the user's questions. USER: What action should the robot take to lift? "
        + "ASSISTANT:")
    #expect(PromptStyle(folder: "/models/openvla-v01-7b") == .openVLAv01)
    #expect(PromptStyle(folder: "/models/openvla-7b") == .openVLA)
  }

  private func model(_ size: Int = 640) throws -> SentencePieceModel {
    let texts = ["push the button", "open the drawer"].map { PromptStyle.openVLA.text($0) }
    return try SentencePieceModel(bytes: TokenizerFit(size: size).model(texts), file: "t.model")
  }

  @Test func `a prompt begins with the begin id and ends with one empty piece`() throws {
    let model = try model()
    let empty = try #require(model.id(of: "▁"))
    let tokenizer = try PromptTokenizer(model, style: .openVLA, size: 640, emptyID: empty)
    let ids = try tokenizer.prompt("Push the Button")
    #expect(ids.first == model.beginID)
    #expect(ids.last == empty)
    #expect(ids.dropLast().last != empty)
    #expect(try model.decode(Array(ids.dropFirst().dropLast())) == PromptStyle.openVLA.text("push the button"))
    // Where the question ends in that piece by itself it is not repeated.
    let colon = try PromptTokenizer(model, style: .openVLA, size: 640, emptyID: #require(ids.dropLast().last))
    #expect(try colon.prompt("push the button") == Array(ids.dropLast()))
  }

  @Test func `a tokenizer of another size, or without the empty piece, is refused`() throws {
    let model = try model()
    let size = #expect(throws: PolicyError.self) {
      try PromptTokenizer(model, style: .openVLA, size: 650, emptyID: 3)
    }
    #expect(size?.description == "t.model: the tokenizer has 640 pieces, the model's vocabulary 650")
    let empty = #expect(throws: PolicyError.self) {
      try PromptTokenizer(model, style: .openVLA, size: 640, emptyID: 29871)
    }
    #expect(empty?.description == "t.model: the id 29871 that ends a prompt lies outside the vocabulary of 640")
  }
}
