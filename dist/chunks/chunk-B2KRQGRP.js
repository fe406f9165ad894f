function o(e){return{policy:e.policy,"ssh-key-file":e.sshKeyFile}}export{o as a};
