/// The marker segments of a JPEG file (ITU-T T.81, annex B).
enum JPEGStructure {
  /// How far before the end of the bytes an end marker is looked for.
  static let tailLength = 64 << 10

  static func probe(_ bytes: RawSpan) throws(ImageError) -> ImageHeader {
    var offset = 2
    var frame: ImageHeader?
    while true {
      let marker = try nextMarker(bytes, &offset)
      switch marker {
      case 0x01, 0xD0...0xD7: continue  // These stand alone.
      case 0xD8, 0xD9:
        throw ImageError(.corrupt(.jpeg, detail: "marker \(name(marker)) before the first scan"))
      default: break
      }
      guard let length = bytes.bigEndian16(at: offset) else { throw ImageError(.endsEarly(.jpeg)) }
      guard length >= 2 else {
        throw ImageError(.corrupt(.jpeg, detail: "segment \(name(marker)) of length \(length)"))
      }
      guard length <= bytes.byteCount - offset else { throw ImageError(.endsEarly(.jpeg)) }
      let body = offset + 2
      offset += length
      switch marker {
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        guard frame == nil else { throw ImageError(.corrupt(.jpeg, detail: "two frame headers")) }
        frame = try frameHeader(bytes.extracting(body..<offset), marker)
      case 0xDA:
        guard let frame else { throw ImageError(.corrupt(.jpeg, detail: "scan before the frame header")) }
        try requireEnd(bytes, after: offset)
        return frame
      default: break
      }
    }
  }

  /// Returns the code of the next marker and moves `offset` past it; like libjpeg, passes over bytes that
  /// are not part of one.
  private static func nextMarker(_ bytes: RawSpan, _ offset: inout Int) throws(ImageError) -> UInt8 {
    while true {
      guard let first = bytes.byte(at: offset) else { throw ImageError(.endsEarly(.jpeg)) }
      offset += 1
      guard first == 0xFF else { continue }
      var code: UInt8 = 0xFF
      while code == 0xFF {
        guard let next = bytes.byte(at: offset) else { throw ImageError(.endsEarly(.jpeg)) }
        code = next
        offset += 1
      }
      if code != 0 { return code }
    }
  }

  private static func frameHeader(_ body: RawSpan, _ marker: UInt8) throws(ImageError) -> ImageHeader {
    guard let precision = body.byte(at: 0), let height = body.bigEndian16(at: 1),
      let width = body.bigEndian16(at: 3), let components = body.byte(at: 5),
      body.byteCount == 6 + 3 * Int(components)
    else { throw ImageError(.corrupt(.jpeg, detail: "frame header of \(body.byteCount) bytes")) }
    guard [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(marker) else {
      throw ImageError(.unsupported(.jpeg, detail: "frame \(name(marker))"))
    }
    guard precision == 8 else {
      throw ImageError(.unsupported(.jpeg, detail: "\(precision) bits per sample"))
    }
    guard width > 0, height > 0 else {
      throw ImageError(.corrupt(.jpeg, detail: "size \(height)×\(width)"))
    }
    guard [1, 3, 4].contains(components) else {
      throw ImageError(.unsupported(.jpeg, detail: "\(components) components"))
    }
    return ImageHeader(
      format: .jpeg, width: width, height: height, channels: min(3, Int(components)), bitDepth: 8)
  }

  private static func requireEnd(_ bytes: RawSpan, after start: Int) throws(ImageError) {
    var offset = bytes.byteCount - 2
    let lowest = max(start, bytes.byteCount - tailLength)
    while offset >= lowest {
      if bytes.byte(at: offset) == 0xFF, bytes.byte(at: offset + 1) == 0xD9 { return }
      offset -= 1
    }
    throw ImageError(.endsEarly(.jpeg))
  }

  private static func name(_ marker: UInt8) -> String { "FF" + String(marker, radix: 16, uppercase: true) }
}
