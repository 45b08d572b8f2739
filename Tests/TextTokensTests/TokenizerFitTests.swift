import TestSupport
import Testing
import TextTokens

struct TokenizerFitTests {
  static let texts = ["put", "move", "push"].flatMap { verb in
    ["spoon", "towel", "blue cup"].map { "In: What action should the robot take to \(verb) the \($0)?\nOut:" }
  }

  @Test(arguments: [600, 700]) func `the size is exact and the last 256 pieces are actions`(size: Int) throws {
    let model = try SentencePieceModel(bytes: TokenizerFit(size: size).model(Self.texts), file: "fit")
    #expect(model.pieceCount == size)
    // Bin b is id size − 1 − b.
    #expect(model.piece(size - 1) == "<action_0>" && model.piece(size - 256) == "<action_255>")
    for text in Self.texts {
      let ids = try model.encode(text)
      #expect(ids.allSatisfy { $0 < size - 256 } && !ids.contains(0))
      #expect(LlamaTokenizer(model).decode(ids) == text)
    }
  }

  @Test func `order and repetition of the texts do not change a byte`() throws {
    let fit = TokenizerFit(size: 620)
    #expect(try fit.model(Self.texts) == fit.model(Self.texts.reversed() + Self.texts))
  }

  @Test func `a size below the texts' characters is refused with the least that works`() {
    let error = #expect(throws: TextError.self) { try TokenizerFit(size: 520).model(Self.texts) }
    #expect(error?.problem.contains("--size ") == true)
    #expect(throws: TextError.self) { try TokenizerFit(size: 600).model([]) }
  }
}
