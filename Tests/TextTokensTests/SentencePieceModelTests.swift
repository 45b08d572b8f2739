import ByteIO
import TestSupport
import Testing
import TextTokens

struct SentencePieceModelTests {
  let bytes: [UInt8]

  init() throws { bytes = try readBytes(Repository.fixture("Text/small.model")) }

  @Test func `a cut model is refused in one line`() {
    // Every length near both ends, where the fields differ most; each is parsed from its start.
    for count in 0..<bytes.count where count < 200 || count > bytes.count - 200 || count % 29 == 0 {
      let error = #expect(throws: TextError.self) {
        try SentencePieceModel(bytes: Array(bytes.prefix(count)), file: "cut.model")
      }
      #expect(error?.description.hasPrefix("cut.model: ") == true)
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test func `a model with a flipped byte loads or is refused, and encodes if it loads`() throws {
    var refused = 0
    for offset in stride(from: 0, to: bytes.count, by: 13) {
      var damaged = bytes
      damaged[offset] ^= 0x55
      do throws(TextError) {
        _ = try SentencePieceModel(bytes: damaged, file: "damaged.model").encode("put the spoon 12 é")
      } catch { refused += 1 }
    }
    #expect(refused > bytes.count / 13 / 4)
  }

  // In order: a length of 2⁶³ − 1; a number of 11 bytes; field 0; wire type 3; a piece that is a number; nothing.
  @Test(
    arguments: [
      [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x08] + [UInt8](repeating: 0x80, count: 11),
      [0x02, 0x00], [0x0B], [0x08, 0x01], [],
    ] as [[UInt8]])
  func `what is no model is refused`(bytes: [UInt8]) {
    #expect(throws: TextError.self) { try SentencePieceModel(bytes: bytes, file: "x.model") }
  }

  @Test func `a piece that is there twice is refused`() {
    // A second `<s>`, control, appended: {1: {1: "<s>", 2: 0.0, 3: 3}}.
    let twice = bytes + [0x0A, 12, 0x0A, 3] + Array("<s>".utf8) + [0x15, 0, 0, 0, 0, 0x18, 3]
    let error = #expect(throws: TextError.self) { try SentencePieceModel(bytes: twice, file: "x.model") }
    #expect(error?.problem.contains("`<s>`, is there twice") == true)
  }

  @Test func `a normaliser other than Llama's is refused`() {
    // A normaliser, merged with the one before, that does not put a blank before the text: {3: {3: 0, 4: 0}}.
    let error = #expect(throws: TextError.self) {
      try SentencePieceModel(bytes: bytes + [0x1A, 4, 0x18, 0, 0x20, 0], file: "x.model")
    }
    #expect(error?.problem.contains("normaliser") == true)
  }

  @Test func `a missing file is reported with its path`() {
    #expect(throws: FileError.self) { try SentencePieceModel("/nowhere/tokenizer.model") }
  }

  @Test func `special pieces have Llama's ids`() throws {
    let model = try SentencePieceModel(bytes: bytes, file: "small.model")
    #expect(model.unknownID == 0 && model.beginID == 1 && model.endID == 2)
    // Three special pieces, then the bytes: 0x0A is 3 + 10.
    #expect(model.piece(13) == "<0x0A>")
    #expect(model.id(of: "▁") != nil && model.piece(model.pieceCount) == nil && model.piece(-1) == nil)
  }
}
