internal import CImage

/// The chunks of a PNG file (ISO/IEC 15948, clauses 5 and 11).
enum PNGStructure {
  private static let IHDR: UInt32 = 0x4948_4452
  private static let PLTE: UInt32 = 0x504C_5445
  private static let IDAT: UInt32 = 0x4944_4154
  private static let IEND: UInt32 = 0x4945_4E44
  private static let tRNS: UInt32 = 0x7452_4E53

  static func probe(_ bytes: RawSpan) throws(ImageError) -> ImageHeader {
    var offset = ImageFormat.pngSignature.count
    var header: (width: Int, height: Int, depth: UInt8, color: UInt8)?
    var paletteLength = 0
    var hasTransparency = false
    var hasData = false
    while true {
      guard let length = bytes.bigEndian32(at: offset), let type = bytes.bigEndian32(at: offset + 4) else {
        throw ImageError(.endsEarly(.png))
      }
      guard length <= 0x7FFF_FFFF else {
        throw ImageError(.corrupt(.png, detail: "chunk of \(length) bytes"))
      }
      let body = offset + 8
      let end = body + Int(length)
      guard let stored = bytes.bigEndian32(at: end) else { throw ImageError(.endsEarly(.png)) }
      guard crc(bytes.extracting(offset + 4..<end)) == stored else {
        throw ImageError(.corrupt(.png, detail: "checksum of chunk \(name(type)) at byte \(offset)"))
      }
      if let header {
        switch type {
        case IHDR: throw ImageError(.corrupt(.png, detail: "two IHDR chunks"))
        case PLTE: paletteLength = try min(entries(Int(length)), 1 << Int(header.depth))
        // Like libpng, a list that is longer than the palette, or too late, is as if it were not there.
        case tRNS:
          hasTransparency = hasTransparency || !hasData && (1...max(1, paletteLength)).contains(Int(length))
        case IDAT: hasData = true
        default: break
        }
      } else {
        guard type == IHDR else { throw ImageError(.corrupt(.png, detail: "first chunk is \(name(type))")) }
        header = try read(bytes.extracting(body..<end))
      }
      offset = end + 4
      if type == IEND { break }
    }
    guard let header, hasData else { throw ImageError(.corrupt(.png, detail: "no IDAT chunk")) }
    guard paletteLength > 0 || header.color != 3 else {
      throw ImageError(.corrupt(.png, detail: "no PLTE chunk"))
    }
    let channels =
      switch header.color {
      case 0: 1
      case 2: 3
      case 3: hasTransparency ? 4 : 3
      case 4: 2
      default: 4
      }
    return ImageHeader(
      format: .png, width: header.width, height: header.height, channels: channels,
      bitDepth: Int(header.depth))
  }

  private static func read(
    _ body: RawSpan
  ) throws(ImageError) -> (width: Int, height: Int, depth: UInt8, color: UInt8) {
    guard body.byteCount == 13, let width = body.bigEndian32(at: 0), let height = body.bigEndian32(at: 4),
      let depth = body.byte(at: 8), let color = body.byte(at: 9)
    else { throw ImageError(.corrupt(.png, detail: "IHDR of \(body.byteCount) bytes")) }
    guard (1...0x7FFF_FFFF).contains(width), (1...0x7FFF_FFFF).contains(height) else {
      throw ImageError(.corrupt(.png, detail: "size \(height)×\(width)"))
    }
    let depths: [UInt8] =
      switch color {
      case 0: [1, 2, 4, 8, 16]
      case 3: [1, 2, 4, 8]
      case 2, 4, 6: [8, 16]
      default: []
      }
    guard depths.contains(depth) else {
      throw ImageError(.corrupt(.png, detail: "colour type \(color) with \(depth) bits"))
    }
    guard body.byte(at: 10) == 0, body.byte(at: 11) == 0, let interlace = body.byte(at: 12), interlace <= 1
    else {
      throw ImageError(.corrupt(.png, detail: "unknown compression, filter or interlace method"))
    }
    return (Int(width), Int(height), depth, color)
  }

  /// Returns how many colours a PLTE chunk of `length` bytes holds.
  private static func entries(_ length: Int) throws(ImageError) -> Int {
    guard length > 0, length <= 768, length.isMultiple(of: 3) else {
      throw ImageError(.corrupt(.png, detail: "PLTE of \(length) bytes"))
    }
    return length / 3
  }

  private static func crc(_ bytes: RawSpan) -> UInt32 {
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe armature_crc32(buffer.assumingMemoryBound(to: UInt8.self).baseAddress, buffer.count)
    }
  }

  private static func name(_ type: UInt32) -> String {
    let letters = (0..<4).map { UInt8(truncatingIfNeeded: type >> (24 - 8 * UInt32($0))) }
    return String(decoding: letters.map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
  }
}
