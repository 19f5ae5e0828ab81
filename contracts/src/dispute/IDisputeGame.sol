// SPDX-License-Identifier: Apache-2.0
// The dispute over one checkpoint: the transition table of docs/protocol.md, section 5. R, the responder, is the
// solver; C is the challenger. A move that the table does not allow reverts and changes nothing.
pragma solidity 0.8.37;

import {Opening} from "src/dispute/IReferee.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";

/// Games are numbered by who opens them.
type GameId is uint256;

/// In the order, and with the numbers, of the table.
enum Phase {
    Steps, // R: postSteps
    StepsPick, // C: pickStep
    Trace, // R: postTrace
    Tree, // R: descend
    TreePick, // C: pickChild
    Node, // C: openNode
    Publish, // R: publish
    Element, // C: pickElement
    Lanes, // R: postLanes
    LanesPick, // C: pickLane
    Chain, // R: postPartials
    ChainPick, // C: pickPartial
    Judge, // C: judge
    Over
}

enum Outcome {
    None, // no such game, or not over
    ResponderWon,
    ChallengerWon,
    Cancelled // the claim was dropped
}

/// What is disputed.
/// @param rootLo agreed root of boundary lo; zero at boundary 0
/// @param rootHi disputed root of boundary hi
/// @param lo, hi boundaries, lo < hi
/// @param steps of the program; transition 0 is init, steps + 1 is output
/// @param stepMillis reference time of one step
/// @param moveBudget seconds each side has for all its moves
struct Claim {
    address responder;
    address challenger;
    Root programRoot;
    Root rootLo;
    Root rootHi;
    uint64 lo;
    uint64 hi;
    uint64 steps;
    uint32 stepMillis;
    uint32 moveBudget;
}

/// All that the next move depends on. A field that no phase has set yet, or that has served its purpose, may hold
/// what it held before; the phase says which fields count.
/// @param cursor root of the subtree in question: of the trace first, then of one node's output
/// @param height of that subtree, treeIndex its position among those of its height, leafCount leaves of the whole tree
/// @param inOutput whether the tree is the output's
/// @param nodeIndex, nodeHash the node in question, from openNode on
/// @param element flat index of the element in the node's output
/// @param claimed the element's bits, zero-extended to 32
/// @param lane of an f32 sum
/// @param chainLo, chainHi operations [chainLo, chainHi) are in question
/// @param accLo, accHi accumulators before and after them
/// @param accHiFixed false until the end of the chain is a posted value
/// @param pending keccak256 of what the last move posted, each root, lane or accumulator as one 32-byte word; or of a
/// published block's chunk hashes
/// @param responderBudget, challengerBudget seconds left
/// @param deadline the mover must have moved by then
struct GameState {
    Phase phase;
    Outcome outcome;
    Root rootLo;
    Root rootHi;
    uint64 lo;
    uint64 hi;
    Root traceRoot;
    Root cursor;
    uint8 height;
    uint64 treeIndex;
    uint64 leafCount;
    bool inOutput;
    uint64 nodeIndex;
    Root nodeHash;
    uint64 element;
    uint32 claimed;
    uint32 lane;
    uint64 chainLo;
    uint64 chainHi;
    uint32 accLo;
    uint32 accHi;
    bool accHiFixed;
    bytes32 pending;
    uint32 responderBudget;
    uint32 challengerBudget;
    Timestamp deadline;
}

/// Who opens games and acts on how they end.
interface IVerdicts {
    /// Dispute game only: how a game ended. Called once for each game that is not cancelled.
    function verdict(GameId gameId, bool responderWon) external;
}

interface IDisputeGame {
    // ---- what happened; what a move posts stands in its event (a published block: in its transaction's input)

    event GameOpened(
        GameId indexed gameId, address indexed responder, address indexed challenger, Claim claim
    );
    event StepsPosted(GameId indexed gameId, Root[] roots);
    event StepPicked(GameId indexed gameId, uint64 piece, uint64 lo, uint64 hi);
    event TracePosted(GameId indexed gameId, Root traceRoot);
    event Descended(GameId indexed gameId, Root[] children);
    event ChildPicked(GameId indexed gameId, uint64 child);
    event NodeOpened(GameId indexed gameId, uint64 nodeIndex, Root nodeHash);
    event BlockPublished(GameId indexed gameId, bytes32 chunksHash);
    event ElementPicked(GameId indexed gameId, uint64 element, uint32 claimed);
    event LanesPosted(GameId indexed gameId, uint32[32] lanes);
    event LanePicked(GameId indexed gameId, uint32 lane);
    event PartialsPosted(GameId indexed gameId, uint32[] values);
    event PartialPicked(GameId indexed gameId, uint64 piece, uint64 chainLo, uint64 chainHi);
    event Judged(GameId indexed gameId, bool claimHolds);
    event TimedOut(GameId indexed gameId, address indexed loser);
    event GameOver(GameId indexed gameId, Outcome outcome);

    // ---- what was refused

    error NotTheMarket(address caller);
    error GameExists(GameId gameId);
    error NoSuchGame(GameId gameId);
    error GameIsOver(GameId gameId, Outcome outcome);
    error WrongPhase(GameId gameId, Phase actual, Phase needed);
    error NotYourMove(GameId gameId, address caller, address mover);
    error TimeIsUp(GameId gameId, Timestamp deadline);
    error TimeIsNotUp(GameId gameId, Timestamp deadline);
    error EmptyInterval(uint64 lo, uint64 hi);
    error WrongCount(uint256 actual, uint256 needed);
    error PieceOutOfRange(uint256 piece, uint256 pieces);
    /// What a pick shows is not what was posted.
    error NotAsPosted(bytes32 actual, bytes32 posted);
    /// The trace is not the one that the responder answered with.
    error NotTheAnswer(Root posted, Root answered);
    error NotTheProgram(Root actual, Root programRoot);
    error NotInTree(Root computed, Root expected);
    error WrongBlockLength(uint256 actual, uint256 needed);
    error ElementOutOfRange(uint64 element, uint64 count);
    error NotTheChunk(bytes32 actual, bytes32 published);
    error DoesNotFinish(uint32 finished, uint32 claimed);

    // ---- the market's

    /// Market only. The game starts at once; its verdict goes to the market.
    function open(GameId gameId, Claim calldata claim) external;

    /// Market only. Like `open`, of one transition whose trace the responder has already answered for: the trace that it
    /// posts must have this root. A root of zero fixes nothing.
    function openAnswered(GameId gameId, Claim calldata claim, Root traceRoot) external;

    /// Market only. Ends a game on a claim that was dropped; gives no verdict.
    function cancel(GameId gameId) external;

    // ---- moves, in the order of the table

    function postSteps(GameId gameId, Root[] calldata roots) external;
    function pickStep(GameId gameId, uint64 piece, Root[] calldata roots) external;
    function postTrace(GameId gameId, Root traceRoot, bytes32[12] calldata header, bytes32[] calldata path)
        external;
    function descend(GameId gameId, Root[] calldata children) external;
    function pickChild(GameId gameId, uint64 child, Root[] calldata children) external;
    function openNode(
        GameId gameId,
        bytes32[12] calldata header,
        bytes32[8] calldata node,
        bytes32[] calldata path
    ) external;
    function publish(GameId gameId, bytes calldata data) external;
    /// @param elementInBlock counted from the first element of the published block
    /// @param chunkHashes keccak256 of each 512-byte chunk of the block
    /// @param chunk the one that holds the element
    function pickElement(
        GameId gameId,
        uint64 elementInBlock,
        bytes32[] calldata chunkHashes,
        bytes calldata chunk
    ) external;
    function postLanes(GameId gameId, uint32[32] calldata lanes) external;
    function pickLane(GameId gameId, uint32 lane, uint32[32] calldata lanes) external;
    function postPartials(GameId gameId, uint32[] calldata values) external;
    function pickPartial(GameId gameId, uint64 piece, uint32[] calldata values) external;
    function judge(
        GameId gameId,
        bytes32[12] calldata header,
        bytes32[8] calldata node,
        uint64 extra,
        Opening[] calldata openings
    ) external;

    /// Anybody, once the mover's time is up: it loses.
    function timeout(GameId gameId) external;

    // ---- views

    /// The one contract that opens games and gets their verdicts.
    function market() external view returns (IVerdicts account);

    function gameState(GameId gameId) external view returns (GameState memory state);
    function claimOf(GameId gameId) external view returns (Claim memory claim);
    /// Whose move it is; zero when the game is over.
    function mover(GameId gameId) external view returns (address account);
}
