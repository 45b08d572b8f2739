/// Why a check was not assessed for an episode.
enum Gap: UInt8, CaseIterable, Sendable {
  case none
  case imagesLeftOut
  case noImages
  case oneView
  case oneSplit
  case noStates
  case noInstructions
  case noTimestamps
  case noGripper
  case notFinite
  case tooShort
  case tooFewEpisodes
  case nothingMoves
  case noRelation
  case absoluteActions
  case noDeclaration

  /// In words.
  var text: String {
    switch self {
    case .none: "assessed"
    case .imagesLeftOut: "frames were not looked at (--without-images)"
    case .noImages: "the store has no frames"
    case .oneView: "the store has one view only"
    case .oneSplit: "the store has one split only"
    case .noStates: "the store has no states (proprio)"
    case .noInstructions: "no episode has an instruction"
    case .noTimestamps: "the store has no time stamps"
    case .noGripper: "no dimension is known to be the gripper's"
    case .notFinite: "values are not finite"
    case .tooShort: "too few steps"
    case .tooFewEpisodes: "too few episodes to compare with"
    case .nothingMoves: "no dimension moves by degrees"
    case .noRelation: "no state is known to follow the actions"
    case .absoluteActions: "all motion commands are absolute"
    case .noDeclaration: "the store does not say which actions are absolute"
    }
  }
}
