// feed-forward
