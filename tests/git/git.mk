# The catalogue by git: real git, ssh-keygen, sshd and an https server on loopback. Included by the top Makefile.
#
#   git-check   git: N passed, N failed
GIT_APT := git openssh-client openssh-server iproute2 openssl python3 strace

.PHONY: git-check
git-check: $(BUILD)/avswap $(BUILD)/avswap-fleet
	@AVSWAP=$(abspath $(BUILD)/avswap) FLEET=$(abspath $(BUILD)/avswap-fleet) tests/git/run.sh
