/// The content of a sentencepiece model file, as far as it decides about ids: a protobuf `ModelProto`.
///
/// Source: sentencepiece's `sentencepiece_model.proto` (fields 1 pieces, 2 trainer, 3 normaliser; in a piece 1 text,
/// 2 score, 3 kind; in the trainer 3 algorithm, 4 size; in the normaliser 2 to 6 as checked below).
struct PieceTable {
  /// What a piece is for.
  enum Kind: UInt64 {
    case normal = 1
    case unknown = 2
    case control = 3
    case userDefined = 4
    case unused = 5
    case byte = 6
  }

  struct Piece: Equatable {
    var text: String
    var kind: Kind
  }

  /// The pieces by id.
  private(set) var pieces: [Piece] = []
  /// The size that the trainer noted.
  private(set) var notedSize: UInt64?
  private let file: [UInt8]

  /// The largest vocabulary that is read.
  static let sizeLimit = 1 << 20

  private static let pieceField: UInt64 = 1
  private static let trainerField: UInt64 = 2
  private static let normalizerField: UInt64 = 3
  private static let sizeField: UInt64 = 4

  /// Parses `file` and refuses what sentencepiece and Hugging Face's fast Llama tokenizer would encode differently.
  ///
  /// - Throws: `TextError` with `place` before it.
  init(_ file: [UInt8], place: String) throws(TextError) {
    self.file = file
    do throws(WireReader.Damage) {
      try parse()
    } catch {
      throw TextError(
        place: place,
        "no whole model like Llama's: at byte \(error.offset) \(error.problem); use a complete `tokenizer.model`")
    }
    if let notedSize, notedSize > UInt64(pieces.count) {
      throw TextError(place: place, "\(pieces.count) pieces found, \(notedSize) are due; copy the file again")
    }
    var seen: Set<[UInt8]> = []
    for (id, piece) in pieces.enumerated() where !seen.insert(Array(piece.text.utf8)).inserted {
      throw TextError(place: place, "piece \(id), `\(piece.text)`, is there twice; each must be unique")
    }
    guard pieces.count(where: { $0.kind == .unknown }) == 1 else {
      throw TextError(place: place, "a model has one unknown piece; this one has another number of them")
    }
  }

  private mutating func parse() throws(WireReader.Damage) {
    var reader = WireReader(file, 0..<file.count)
    var (algorithm, isNormalized) = (UInt64(1), false)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (Self.pieceField, .bytes(let range)):
        guard pieces.count < Self.sizeLimit else {
          throw WireReader.Damage(offset: field.whole.lowerBound, problem: "there are over \(Self.sizeLimit) pieces")
        }
        pieces.append(try piece(range))
      case (Self.trainerField, .bytes(let range)):
        var trainer = WireReader(file, range)
        while let setting = try trainer.next() {
          if setting.number == 3, case .varint(let value) = setting.value { algorithm = value }
          if setting.number == Self.sizeField, case .varint(let value) = setting.value { notedSize = value }
          if setting.number == 24, case .varint(1...) = setting.value {
            throw WireReader.Damage(offset: setting.whole.lowerBound, problem: "blanks belong to the word before")
          }
        }
      case (Self.normalizerField, .bytes(let range)):
        try checkNormalizer(range)
        isNormalized = true
      case (Self.pieceField, _), (Self.trainerField, _), (Self.normalizerField, _):
        throw WireReader.Damage(offset: field.whole.lowerBound, problem: "field \(field.number) is no message")
      default: break
      }
    }
    guard algorithm == 2, isNormalized else {
      throw WireReader.Damage(offset: file.count, problem: "the settings of a byte-pair encoding are missing")
    }
  }

  private func piece(_ range: Range<Int>) throws(WireReader.Damage) -> Piece {
    var reader = WireReader(file, range)
    var piece = Piece(text: "", kind: .normal)
    while let field = try reader.next() {
      let offset = field.whole.lowerBound
      switch (field.number, field.value) {
      case (1, .bytes(let text)):
        guard let text = String(validating: file[text], as: UTF8.self) else {
          throw WireReader.Damage(offset: offset, problem: "a piece is no UTF-8")
        }
        piece.text = text
      case (2, .fixed(let score)):
        let bits = file[score].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard score.count == 4, Float(bitPattern: bits).isFinite else {
          throw WireReader.Damage(offset: offset, problem: "a piece's score is no number")
        }
      case (3, .varint(let value)):
        guard let kind = Kind(rawValue: value), kind != .userDefined else {
          throw WireReader.Damage(offset: offset, problem: "pieces of kind \(value) are not read")
        }
        piece.kind = kind
      case (1, _), (2, _), (3, _): throw WireReader.Damage(offset: offset, problem: "a piece's field has another type")
      default: break
      }
    }
    guard !piece.text.isEmpty else { throw WireReader.Damage(offset: range.lowerBound, problem: "a piece is empty") }
    return piece
  }

  /// Llama's normaliser puts one blank before the text and changes nothing else.
  private func checkNormalizer(_ range: Range<Int>) throws(WireReader.Damage) {
    var reader = WireReader(file, range)
    var removesBlanks = true
    while let field = try reader.next() {
      let isLlama: Bool
      switch (field.number, field.value) {
      case (2, .bytes(let rules)), (6, .bytes(let rules)): isLlama = rules.isEmpty
      case (3, .varint(let isOn)), (5, .varint(let isOn)): isLlama = isOn == 1
      case (4, .varint(let isOn)):
        removesBlanks = isOn != 0
        isLlama = true
      case (2, _), (3, _), (4, _), (5, _), (6, _): isLlama = false
      default: isLlama = true
      }
      guard isLlama else {
        throw WireReader.Damage(
          offset: field.whole.lowerBound, problem: "field \(field.number) of the normaliser is not as in Llama's models"
        )
      }
    }
    guard !removesBlanks else {
      throw WireReader.Damage(
        offset: range.lowerBound, problem: "the normaliser removes blanks, unlike that of Llama's models")
    }
  }
}
