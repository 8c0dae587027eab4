"""The operator's network as far as it meets a profile: subscriptions, the authentication centre, exports."""
