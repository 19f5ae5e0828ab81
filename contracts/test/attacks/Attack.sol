// SPDX-License-Identifier: Apache-2.0
// What an attack is: a gang, what it hopes to gain, what it does, and what it has afterwards. Each test of this folder is
// one attacker that loses; `bin/forge test --match-path 'test/attacks/*' -vv` prints by how much, and docs/security.md
// keeps the table.
pragma solidity 0.8.37;

import {Job, JobId} from "src/market/IJobMarket.sol";
import {Stake} from "src/market/INodeRegistry.sol";
import {AuditWorld} from "test/utils/AuditWorld.sol";

interface Console {
    function log(string memory what, uint256 value) external view;
}

abstract contract Attack is AuditWorld {
    address private constant CONSOLE = 0x000000000000000000636F6e736F6c652e6c6f67;

    address[] private _gang;
    uint256 private _gangBefore;
    uint256 private _honestBefore;

    /// The rest of the named accounts are the honest side.
    function begin(address member) internal {
        _gang.push(member);
        (_gangBefore, _honestBefore) = (gangsWealth(), honestWealth());
    }

    function begin(address member, address accomplice) internal {
        _gang.push(member);
        begin(accomplice);
    }

    /// Asserts that the gang lost exactly `loss` tokens, and prints it beside what it hoped for.
    function end(string memory hope, uint256 hoped, uint256 loss) internal view {
        assertLt(gangsWealth(), _gangBefore);
        assertEq(_gangBefore - gangsWealth(), loss);
        assertGt(loss, 0);
        print(string.concat("hoped for ", hope), hoped);
        print("lost", loss);
        uint256 honest = honestWealth();
        if (honest >= _honestBefore) print("honest side gained", honest - _honestBefore);
        else print("honest side lost", _honestBefore - honest);
    }

    /// In hundredths of a token.
    function print(string memory what, uint256 amount) private view {
        // The console is no contract: a plain call would look for its code first.
        (bool printed,) = CONSOLE.staticcall(
            abi.encodeCall(
                Console.log, (string.concat(what, ", in hundredths of a token: %d"), amount / 0.01 ether)
            )
        );
        assertTrue(printed);
    }

    function gangsWealth() private view returns (uint256 sum) {
        for (uint256 i = 0; i < _gang.length; ++i) {
            sum += wealthOf(_gang[i]);
        }
    }

    /// Of who took part: the escrows, too, are the submitter's as long as nobody earned them.
    function honestWealth() private view returns (uint256 sum) {
        address[4] memory all = [submitter, solver, challenger, stranger];
        for (uint256 i = 0; i < all.length; ++i) {
            if (!isGang(all[i])) sum += wealthOf(all[i]);
        }
    }

    /// In hand, at stake, credited.
    function wealthOf(address account) internal view returns (uint256 sum) {
        Stake memory stake = registry.stake(account);
        sum = token.balanceOf(account) + stake.free + stake.locked + stake.leaving;
        sum += market.claimable(account) + demands.claimable(account);
        if (account != submitter) return sum;
        for (uint256 id = 1; id <= market.jobCount(); ++id) {
            sum += escrowsOf(id);
        }
    }

    function isGang(address account) private view returns (bool) {
        for (uint256 i = 0; i < _gang.length; ++i) {
            if (_gang[i] == account) return true;
        }
        return false;
    }

    function escrowsOf(uint256 id) private view returns (uint256) {
        Job memory job = market.job(JobId.wrap(id));
        return uint256(job.escrow) + job.auditEscrow;
    }
}
