// SPDX-License-Identifier: Apache-2.0
// Whose move it is, and the clocks. The side to move has `grace` seconds for this move for nothing; what it takes
// beyond comes off its budget, which is for all its moves. So a move is in time until start + grace + budget, and a game
// of n moves ends within the sum of their graces and both budgets.
pragma solidity 0.8.37;

import {Outcome, Phase} from "src/dispute/IDisputeGame.sol";
import {Timestamp, currentTime} from "src/dispute/Timestamp.sol";

/// One storage slot: the only one that every move writes.
struct Turn {
    Timestamp start;
    uint32 responderBudget;
    uint32 challengerBudget;
    Phase phase;
    Outcome outcome;
}

library Turns {
    function begin(Phase phase, uint32 budget) internal view returns (Turn memory) {
        return Turn({
            start: currentTime(),
            responderBudget: budget,
            challengerBudget: budget,
            phase: phase,
            outcome: Outcome.None
        });
    }

    /// Requires that the game is not over.
    function isResponders(Phase phase) internal pure returns (bool) {
        return phase == Phase.Steps || phase == Phase.Trace || phase == Phase.Tree || phase == Phase.Publish
            || phase == Phase.Lanes || phase == Phase.Chain;
    }

    function deadline(Turn storage turn, uint64 grace) internal view returns (Timestamp) {
        uint32 budget = isResponders(turn.phase) ? turn.responderBudget : turn.challengerBudget;
        return turn.start.plus(grace).plus(budget);
    }

    /// Takes a move's time off the mover's budget and starts the next turn's. Requires that the move is in time.
    function press(Turn storage turn, uint64 grace) internal {
        uint64 elapsed = currentTime().secondsSince(turn.start);
        uint32 spent = elapsed > grace ? uint32(elapsed - grace) : 0;
        if (isResponders(turn.phase)) turn.responderBudget -= spent;
        else turn.challengerBudget -= spent;
        turn.start = currentTime();
    }
}
