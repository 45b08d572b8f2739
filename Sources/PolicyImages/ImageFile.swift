internal import ByteIO
public import ImageCodec

/// Returns the JPEG or PNG image in the file at `path` as RGB, [height, width, 3], as Pillow's `convert("RGB")`.
///
/// Gray is repeated, palettes are looked up, alpha is left out, of 16-bit colours the high byte is kept. The
/// orientation in a camera's metadata is not looked at, as Pillow does not.
///
/// - Throws: `FileError`; `PolicyImageError` with the path for what is not a whole JPEG or PNG file, has more
///   than 64 Mi pixels, or is gray of 16 bits, which is depth and no picture.
public func decodeImageFile(_ path: String) throws -> Raster<UInt8> {
  let bytes = Bytes(try readFile(path, limit: 1 << 28))
  do throws(ImageError) {
    return try bytes.withSpan { span throws(ImageError) in
      let header = try ImageHeader.probe(span)
      if header.bitDepth == 16, header.channels == 1 {
        throw ImageError(
          .unsupported(header.format, detail: "16-bit gray, as depth is stored; give an 8-bit picture"))
      }
      return try ImageDecoder(channels: .rgb, damage: .refuse, transform: .accurate).decode8(span)
    }
  } catch {
    throw PolicyImageError(error.kind, place: path, error.description)
  }
}
